"""Checking a row: each value runs through the plan of its path; problems become issues, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mdm.engine.checked import Checked, Issue
from mdm.engine.fold import MAX_KEY, variants
from mdm.engine.paths import parse
from mdm.engine.planning import UNCHECKED, Plan, plan_path
from mdm.engine.reading import Refused, quoted, too_long, unstorable
from mdm.engine.region import country, first_country
from mdm.engine.schema import Scalar, Schema
from mdm.engine.standardise import Problem, Standard

_PLANS_KEPT: Final = 50_000
_EMPTY: Final[Mapping[str, Scalar]] = {}


class Checker:
    """Made once per pack; safe to share between threads, because plans only ever fill in."""

    def __init__(self, schema: Schema, composed: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._schema = schema
        self._composed = composed
        self._plans: dict[str, Plan | Issue] = {}
        self._required: dict[str, list[str]] = {}
        for attribute in schema.attributes.values():
            if attribute.required:
                self._required.setdefault(attribute.group, []).append(attribute.name)
        self._fewest = min((group.max_elements for group in schema.groups.values()), default=0)

    def check(self, values: Mapping[str, Any], context: Mapping[str, Scalar] | None = None) -> Checked:
        """What `Pack.check` promises."""
        row = _Row(values, context or _EMPTY, self._schema)
        plans = self._plans
        for path, raw in values.items():
            plan = plans.get(path) or self.plan(path)
            if isinstance(plan, Issue):
                row.issues.append(plan._replace(value=quoted(raw)))
            elif raw is None or raw == "":
                row.clear(plan)
            elif type(raw) is str and plan.standardise is not None:
                row.take_text(plan, raw, raw)
            else:
                row.read(plan, raw)
        if len(values) > self._fewest > 0:
            row.issues.extend(self._crowded(row.values))
        for kind, parts in self._composed:
            row.compose(kind, parts)
        return Checked(row.values, row.standardised, row.issues, sorted(set(row.keys)))

    def plan(self, path: str) -> Plan | Issue:
        """The plan of a path, remembered; keys come from data, so memory is bounded."""
        if not isinstance(path, str):
            path = repr(path)
        found = self._plans.get(path)
        if found is None:
            found = plan_path(path, self._schema)
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            self._plans[path] = found
        return found

    def missing(self, values: Mapping[str, Scalar]) -> list[Issue]:
        """What `Pack.missing` promises."""
        wanted = dict.fromkeys(self._required.get("", ()))
        for path, value in values.items():
            if value is not None:
                parts = parse(path)
                if parts.group in self._required and parts.group:
                    wanted.update(dict.fromkeys(f"{parts.element}.{name}" for name in self._required[parts.group]))
        return [_required(path, self._label(path)) for path in wanted if values.get(path) is None]

    def _label(self, path: str) -> str:
        return self._schema.attributes[parse(path).declared].label

    def label_of(self, path: str) -> str:
        """What `Pack.label_of` promises."""
        parts = parse(path)
        attribute = self._schema.attributes.get(parts.declared)
        label = attribute.label if attribute else parts.attribute
        group = self._schema.groups.get(parts.group)
        if group is None:
            return label
        entries: Mapping[str, Any] = (
            self._schema.schemes if group.keys == "schemes" else self._schema.code_lists.get(group.keys, {})
        )
        entry = entries.get(parts.key)
        return f"{group.label} {entry.label if entry else parts.key}: {label}"

    def _crowded(self, values: Mapping[str, Scalar]) -> list[Issue]:
        elements: dict[str, set[str]] = {}
        for path in values:
            parts = parse(path)
            elements.setdefault(parts.group, set()).add(parts.key)
        issues = []
        for name, keys in elements.items():
            group = self._schema.groups.get(name)
            if group is not None and len(keys) > group.max_elements:
                message = f"{group.label} has {len(keys)} elements."
                remedy = f"Send {group.max_elements} elements at most."
                issues.append(Issue(name, str(len(keys)), "too_many_elements", message, remedy, "reject"))
        return issues


class _Row:
    """One row on its way through the plans."""

    __slots__ = ("context", "issues", "keys", "raw", "regions", "schema", "standardised", "values")

    def __init__(self, raw: Mapping[str, Any], context: Mapping[str, Scalar], schema: Schema) -> None:
        self.raw = raw
        self.context = context
        self.schema = schema
        self.values: dict[str, Scalar] = {}
        self.standardised: dict[str, Scalar] = {}
        self.issues: list[Issue] = []
        self.keys: list[tuple[str, str]] = []
        self.regions: dict[str, str] = {}

    def clear(self, plan: Plan) -> None:
        self.values[plan.path] = None
        if plan.required and self._stays(plan.path):
            self.issues.append(_required(plan.path, plan.attribute.label))

    def _stays(self, path: str) -> bool:
        """Whether there is still something that lacks the value: an element cleared as a whole is gone."""
        end = path.find("].")
        return end < 0 or any(
            other.startswith(path[: end + 2]) and raw not in (None, "") for other, raw in self.raw.items()
        )

    def read(self, plan: Plan, raw: Any) -> None:
        try:
            value = "" if isinstance(raw, str) and not raw.strip() else plan.read(raw)
        except Refused as refused:
            self.report(plan, raw, refused.problem)
            return
        if value == "" and isinstance(value, str):
            self.clear(plan)
        elif isinstance(value, str):
            self.take_text(plan, raw, value)
        else:
            self.values[plan.path] = value

    def take_text(self, plan: Plan, raw: Any, text: str) -> None:
        if len(text) > plan.max_length or not text.isprintable():
            problem = too_long(text, plan.max_length) if len(text) > plan.max_length else unstorable(text)
            if problem is not None:
                self.report(plan, raw, problem)
                return
        if text[0].isspace() and not text.strip():
            self.clear(plan)
            return
        assert plan.standardise is not None
        region = self.region(plan) if plan.beside or plan.region_from else ""
        value, key, problem = standard = plan.standardise(text, region)
        if problem is not None:
            self.report(plan, raw, problem)
            if problem.severity == "reject":
                return
        self.values[plan.path] = text
        if value != text and len(value) <= plan.max_length:
            self.standardised[plan.path] = value or None
        if plan.kind and (key or plan.kind == "name"):
            self.key(plan.kind, standard)

    def key(self, kind: str, standard: Standard) -> None:
        """An identifier that failed its check is still found by people, under a kind that no rule trusts."""
        key = standard.key[:MAX_KEY]
        if kind == "name":
            self.keys.extend((kind, spelling) for spelling in variants(standard.key or standard.value))
        elif standard.problem is None:
            self.keys.append((kind, key))
        elif ":" in kind:
            self.keys.append((f"{UNCHECKED}:{kind.partition(':')[2]}", key))

    def compose(self, kind: str, parts: Sequence[str]) -> None:
        found = [self.standardised.get(part, self.values.get(part)) for part in parts]
        text = " ".join(str(value) for value in found if value is not None)
        if text:
            self.keys.extend((kind, spelling) for spelling in variants(text))

    def region(self, plan: Plan) -> str:
        if plan.beside:
            return country(self.raw.get(plan.beside) or self.context.get(plan.beside))
        wanted = plan.region_from
        known = self.regions.get(wanted)
        if known is None:
            known = first_country(wanted, plan.preferred, self.raw)
            known = self.regions[wanted] = known or first_country(wanted, plan.preferred, self.context)
        return known

    def report(self, plan: Plan, raw: Any, problem: Problem) -> None:
        self.issues.append(
            Issue(plan.path, quoted(raw), problem.code, problem.message, problem.remedy, problem.severity)
        )


def _required(path: str, label: str) -> Issue:
    return Issue(path, "", "required", f"{label} is empty.", f"Send the {label[:1].lower()}{label[1:]}.", "finding")
