"""Write what a batch of observations means: versions, identifiers, keys, findings and golden records, set by set."""

from __future__ import annotations

from collections import Counter

from mdm.engine.checked import Checked
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.kernel.sequences import take_ids
from mdm.records.act import Act
from mdm.records.change import Change, Kind, digest_of
from mdm.records.identifiers import Key, last_goldens
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import Reshaping
from mdm.records.observation import OutcomeStatus, Prepared, Values
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.open_goldens import Birth, give_birth
from mdm.records.operations.write_entries import end_entries, open_entries
from mdm.records.operations.write_findings import FindingDraft, add_findings, close_findings
from mdm.records.operations.write_keys import Keys, add_keys, replace_keys
from mdm.records.operations.write_source_versions import (
    SourceWrite,
    advance_source_records,
    open_source_records,
    write_source_versions,
)
from mdm.records.projection import Projector
from mdm.records.sealing import content_of

Sealed = list[tuple[int, bytes]]
Result = tuple[OutcomeStatus, str, str]
_LABEL: dict[Kind, OutcomeStatus] = {Kind.LATE: "unchanged", Kind.DELETED: "deleted"}
_COUNTS = (Kind.UPDATED, Kind.ATTACHED, Kind.REOPENED, Kind.REUSED)


class Applier:
    """Collects decided changes of one id type and writes them under one event at one moment."""

    def __init__(self, id_type: IdType, *, act: Act) -> None:
        self.id_type = id_type
        self.act = act
        self.event = act.event
        self.at = act.at
        self.pack = active_pack(id_type.domain_id)
        self.projector = Projector(id_type.domain_id)
        self.counts: Counter[str] = Counter()
        self._fresh: list[tuple[Prepared, int]] = []
        self._changes: list[Change] = []
        self._opened: list[SourceWrite] = []
        self._advanced: list[SourceWrite] = []
        self._births: list[Birth] = []
        self._findings: list[FindingDraft] = []
        self._new_keys: dict[int, Keys] = {}
        self._changed_keys: dict[int, Keys] = {}
        self._results: dict[Key, Result] = {}

    def create(self, prepared: Prepared, external_id: int) -> None:
        """A new identifier gets a source record and a CANDIDATE golden record of its own."""
        self._fresh.append((prepared, external_id))

    def change(self, change: Change) -> None:
        """A known identifier moves as decided."""
        self._changes.append(change)

    def write(self) -> tuple[Sealed, Sealed]:
        """Everything collected is stored; returns (version id, digest) of the source and of the golden versions."""
        heirs = last_goldens([c.standing.external_id for c in self._changes if c.kind is Kind.REOPENED])
        self._plan_fresh()
        self._plan_changes()
        open_source_records(self._opened, domain=self.id_type.domain_id)
        sources = write_source_versions([*self._opened, *self._advanced], event=self.event, at=self.at)
        advance_source_records(self._advanced)
        close_findings({w.source_record: 0 if w.gone else w.in_force for w in self._advanced if not w.late}, at=self.at)
        add_findings(self._findings, at=self.at)
        add_keys(self._new_keys)
        replace_keys(self._changed_keys)
        goldens = give_birth(self._births, id_type=self.id_type, projector=self.projector, event=self.event, at=self.at)
        goldens += self._move_entries(heirs)
        self._report_births()
        return sources, goldens

    def results(self) -> dict[Key, Result]:
        """Return (status, golden code, what waits for a person) per identifier, after `write`."""
        return self._results

    def _plan_fresh(self) -> None:
        records = take_ids("records_sourcerecord", len(self._fresh))
        for record, (prepared, external_id) in zip(records, self._fresh, strict=True):
            checked = prepared.checked
            assert checked is not None
            values = said = _without_cleared(checked.values)
            if checked.standardised:
                said = _without_cleared(checked.merged)
            write = self._first_version(record, external_id, prepared, values, prepared.content, checked)
            self._births.append(Birth(external_id, record, 1, said, prepared.key))
            self._note(write, checked)
            self._new_keys[record] = checked.keys
        self.counts["created"] += len(self._fresh)

    def _first_version(
        self, record: int, external_id: int, prepared: Prepared, values: Values, content: bytes, checked: Checked
    ) -> SourceWrite:
        said_at = prepared.observation.changed_at
        write = SourceWrite(
            source_record=record,
            external_id=external_id,
            number=1,
            generation=1,
            current=1,
            in_force=1,
            values=values,
            content=content,
            standardised=checked.standardised or None,
            counted=None,
            deleted=False,
            changed_at=said_at,
            content_hash=digest_of(content),
            latest_change=said_at,
        )
        self._opened.append(write)
        return write

    def _plan_changes(self) -> None:
        bare = [c for c in self._changes if c.standing.source_record is None and c.kind is not Kind.DELETED]
        records = iter(take_ids("records_sourcerecord", len(bare)))
        for change in self._changes:
            self.counts[_LABEL.get(change.kind, change.kind.value)] += 1
            if change.kind is Kind.DELETED and change.standing.source_record is None:
                continue
            if change.standing.source_record is None:
                self._plan_first_word(change, next(records))
            else:
                self._plan_next_word(change, change.standing.source_record)

    def _plan_first_word(self, change: Change, record: int) -> None:
        """An identifier known from a mapping sheet speaks for the first time."""
        assert change.checked is not None
        prepared = change.prepared
        external_id = change.standing.external_id
        write = self._first_version(record, external_id, prepared, change.values, change.content, change.checked)
        write.counted = change.counted
        self._note(write, change.checked)
        self._note_proposals(write, change)
        self._new_keys[record] = change.keys(self.pack)
        change.standing.source_record = record
        if change.kind is Kind.REUSED:
            self._births.append(Birth(external_id, record, 1, change.checked.merged, prepared.key))

    def _plan_next_word(self, change: Change, record: int) -> None:
        write = _next_version(change, record)
        self._advanced.append(write)
        if change.kind is Kind.DELETED:
            self._changed_keys[record] = []
        if change.checked is None or change.kind is Kind.LATE:
            return
        self._note(write, change.checked)
        self._note_proposals(write, change)
        if change.kind is Kind.HELD:
            self._findings.append(FindingDraft(record, write.number, "UNLIKE", change.reason))
            return
        if change.kind is Kind.REUSED:
            self._findings.append(FindingDraft(record, write.number, "REUSED", change.reason or "no_heir"))
            said = change.checked.merged
            self._births.append(Birth(change.standing.external_id, record, write.number, said, change.prepared.key))
        self._changed_keys[record] = change.keys(self.pack)

    def _note(self, write: SourceWrite, checked: Checked) -> None:
        self._findings += [
            FindingDraft(write.source_record, write.number, "QUALITY", issue.code, issue.path)
            for issue in (*checked.issues, *self.pack.missing(checked.values))
            if issue.severity == "finding"
        ]

    def _note_proposals(self, write: SourceWrite, change: Change) -> None:
        self._findings += [
            FindingDraft(write.source_record, write.number, "PROPOSED", "proposed", path) for path in change.proposed
        ]

    def _move_entries(self, heirs: dict[int, int]) -> Sealed:
        ended = [c for c in self._changes if c.kind is Kind.DELETED and c.standing.entry is not None]
        end_entries([c.standing.entry for c in ended if c.standing.entry is not None], event=self.event, at=self.at)
        links = [
            (c.standing.external_id, heirs[c.standing.external_id]) for c in self._changes if c.kind is Kind.REOPENED
        ]
        open_entries(links, event=self.event, at=self.at)
        moved = _goldens(ended) | {golden for _, golden in links}
        touched = moved | _goldens([c for c in self._changes if c.kind in _COUNTS])
        sealed = cut_versions(touched, projector=self.projector, act=self.act, change=Reshaping(moved=moved))
        self._report_changes(heirs)
        return sealed

    def _report_changes(self, heirs: dict[int, int]) -> None:
        codes = _codes(set(heirs.values()))
        for change in self._changes:
            standing = change.standing
            code = standing.golden_code or codes.get(heirs.get(standing.external_id, 0), "")
            status = _LABEL.get(change.kind, "updated")
            waits = change.reason if change.kind is Kind.HELD else ("proposed" if change.proposed else "")
            self._results[change.prepared.key] = (status, code, waits)

    def _report_births(self) -> None:
        for birth in self._births:
            status = self._results.get(birth.key, ("created", "", ""))[0]
            self._results[birth.key] = (status, birth.code, "")


def _next_version(change: Change, record: int) -> SourceWrite:
    standing, said_at = change.standing, change.prepared.observation.changed_at
    number = standing.version_number + 1
    late, deleted = change.kind is Kind.LATE, change.kind is Kind.DELETED
    stands = change.kind in (Kind.HELD, Kind.LATE, Kind.DELETED)
    content = change.content or content_of(change.values)
    return SourceWrite(
        source_record=record,
        external_id=standing.external_id,
        number=number,
        generation=standing.generation + (change.kind is Kind.REUSED),
        current=standing.current if late or deleted else number,
        in_force=standing.in_force if stands else number,
        values=change.values,
        content=content,
        standardised=change.checked.standardised or None if change.checked else None,
        counted=change.counted,
        deleted=change.prepared.observation.deleted,
        changed_at=said_at,
        content_hash=standing.content_hash if late else (None if deleted else digest_of(content)),
        latest_change=standing.changed_at if late else said_at or standing.changed_at,
        gone=standing.deleted if late else deleted,
        late=late,
    )


def _goldens(changes: list[Change]) -> set[int]:
    return {change.standing.golden for change in changes if change.standing.golden is not None}


def _without_cleared(values: Values) -> Values:
    return {path: v for path, v in values.items() if v is not None} if None in values.values() else values


def _codes(goldens: set[int]) -> dict[int, str]:
    return dict(GoldenRecord.objects.filter(pk__in=goldens).values_list("pk", "code"))
