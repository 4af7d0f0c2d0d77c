"""What an identifier stands for: now, at an earlier moment, and for a caller who may see only a part."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.models import IdType
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.queries import active_pack
from mdm.kernel.clock import database_now
from mdm.kernel.prepared import fetch_prepared
from mdm.records.models import ExternalId, GoldenRecord
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.observe import observe
from mdm.records.operations.prepare import prepare_observations
from mdm.records.queries.crosswalk import Answer, Question, resolve, resolve_for_key
from mdm.records.queries.crosswalk_sql import ONE_ID_FOR_KEY
from tests.mdm.records.ledger import redirect, split
from tests.mdm.records.world import World

SALESFORCE_15 = "001D000000IRFma"
SALESFORCE_18 = "001D000000IRFmaIAH"


def ask(world: World, system: str, value: str, *, actor: Actor | None = None, **more: Any) -> Answer:
    question = Question(system, value, more.pop("type", ""), more.pop("scope", ""))
    return resolve(actor=actor or world.engineer, questions=[question], **more)[0]


def viewer(*rights: tuple[str, str]) -> Actor:
    actor = create_actor(kind="service", name="Viewer", actor=machine_actor())
    for domain, scope in rights:
        grant(subject=actor, domain=domain, action="view", scope=scope, actor=machine_actor())
    return Actor.objects.get(pk=actor.pk)


def golden(world: World, system: str, value: str) -> GoldenRecord:
    code = world.say(system, value, values={"name": f"Company {value}"}).golden_code
    return GoldenRecord.objects.get(code=code)


@pytest.mark.parametrize("spelling", ["0000100482", "100482", " 100482 ", "00100482"])
def test_spellings_of_one_identifier_resolve_alike(world: World, spelling: str) -> None:
    code = golden(world, "SAP", "0000100482").code

    answer = ask(world, "SAP", spelling)

    assert (answer.status, answer.golden and answer.golden.code) == ("current", code)
    assert answer.matched is not None and answer.matched.id == "100482"


@pytest.mark.parametrize("spelling", [SALESFORCE_15, SALESFORCE_18])
def test_a_salesforce_id_of_15_or_18_characters_resolves_alike(world: World, spelling: str) -> None:
    code = golden(world, "CRM", SALESFORCE_15).code

    answer = ask(world, "CRM", spelling)

    assert answer.golden is not None and answer.golden.code == code


def test_a_candidate_is_current_and_not_yet_released(world: World) -> None:
    golden(world, "SAP", "1")

    answer = ask(world, "SAP", "1")

    assert (answer.status, answer.release) == ("current", "candidate")


def test_every_other_identifier_of_the_record_is_listed(world: World) -> None:
    golden(world, "SAP", "1")
    _link(world, ("SAP", "1"), ("CRM", SALESFORCE_15))

    answer = ask(world, "SAP", "1")

    assert [(target.system, target.id) for target in answer.targets] == [("CRM", SALESFORCE_18), ("SAP", "1")]
    assert all(datetime.fromisoformat(target.since).tzinfo for target in answer.targets)


def test_targets_may_be_limited_to_systems(world: World) -> None:
    golden(world, "SAP", "1")
    _link(world, ("SAP", "1"), ("CRM", SALESFORCE_15))

    answer = ask(world, "SAP", "1", targets=["CRM"])

    assert [target.system for target in answer.targets] == ["CRM"]


@pytest.mark.parametrize("kind", ["code", "uuid"])
def test_the_hub_is_a_system_that_knows_codes_and_uuids(world: World, kind: str) -> None:
    record = golden(world, "SAP", "1")
    asked = record.code.lower() if kind == "code" else str(record.uuid)

    answer = ask(world, "HUB", asked)

    assert (answer.status, answer.golden and answer.golden.code) == ("current", record.code)
    assert answer.matched is not None and answer.matched.type == kind


def test_a_merged_code_leads_to_the_end_of_its_chain(world: World) -> None:
    first, second, third = (golden(world, "SAP", number) for number in "123")
    redirect(first, second, world.engineer)
    redirect(second, third, world.engineer)

    answer = ask(world, "HUB", first.code)

    assert (answer.status, answer.path) == ("redirected", [first.code, second.code, third.code])
    assert answer.golden is not None and answer.golden.code == third.code
    assert {target.id for target in answer.targets} == {"1", "2", "3"}


def test_an_identifier_of_a_merged_record_is_current_on_the_survivor(world: World) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    redirect(first, second, world.engineer)

    answer = ask(world, "SAP", "1")

    assert (answer.status, answer.golden and answer.golden.code) == ("current", second.code)


def test_a_circle_of_redirects_ends(world: World) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    for number in "12":
        world.say("SAP", number, deleted=True)
    redirect(first, second, world.engineer)
    redirect(second, first, world.engineer)

    answer = ask(world, "HUB", first.code)

    assert (answer.status, answer.path) == ("redirected", [first.code, second.code])


def test_a_split_record_names_its_successors(world: World) -> None:
    old, *parts = (golden(world, "SAP", number) for number in "123")
    split(old, parts, world.engineer)

    answer = ask(world, "HUB", old.code)

    assert answer.status == "split"
    assert [one.code for one in answer.successors] == sorted(part.code for part in parts)


def test_a_deleted_identifier_is_retired_and_still_leads_to_its_record(world: World) -> None:
    record = golden(world, "SAP", "1")
    world.say("SAP", "1", deleted=True)

    answer = ask(world, "SAP", "1")

    assert (answer.status, answer.release) == ("retired", None)
    assert answer.golden is not None and (answer.golden.code, answer.golden.status) == (record.code, "RETIRED")
    assert answer.targets == []


def test_an_identifier_that_nobody_sent_is_unknown(world: World) -> None:
    assert ask(world, "SAP", "404").status == "unknown"


@pytest.mark.parametrize("value", ["not an id", "\x00", "x" * 500, "", "\ud800", "%", "BP-000001\x00"])
@pytest.mark.parametrize("system", ["SAP", "CRM", "HUB", "NOWHERE"])
def test_a_value_that_no_id_type_accepts_is_unknown(world: World, system: str, value: str) -> None:
    assert ask(world, system, value).status == "unknown"


def test_one_value_of_two_types_is_ambiguous_until_the_type_is_named(world: World) -> None:
    customer = golden(world, "SAP", "1").code
    vendor = _vendor(world, "0001")

    answer = ask(world, "SAP", "1")

    assert (answer.status, answer.golden) == ("ambiguous", None)
    assert {(choice.type, choice.code) for choice in answer.choices} == {("customer", customer), ("vendor", vendor)}
    named = ask(world, "SAP", "1", type="vendor")
    assert named.golden is not None and named.golden.code == vendor


def test_one_value_in_two_scopes_is_ambiguous_until_the_scope_is_named(world: World) -> None:
    kind = add_id_type(
        system="SAP",
        domain="party",
        name="debtor",
        canonicaliser="plain",
        scope_kind="company code",
        actor=world.engineer,
    )
    codes = [say_as(world, kind, "7", scope) for scope in ("1000", "2000")]

    answer = ask(world, "SAP", "7")

    assert {(choice.scope, choice.code) for choice in answer.choices} == set(zip(("1000", "2000"), codes, strict=True))
    named = ask(world, "SAP", "7", scope="2000")
    assert named.golden is not None and named.golden.code == codes[1]


def test_two_types_that_lead_to_one_record_are_no_ambiguity(world: World) -> None:
    customer = golden(world, "SAP", "1")
    vendor = GoldenRecord.objects.get(code=_vendor(world, "1"))
    redirect(vendor, customer, world.engineer)

    answer = ask(world, "SAP", "1")

    assert (answer.status, answer.golden and answer.golden.code) == ("current", customer.code)


def test_a_system_without_a_right_to_it_is_forbidden_before_any_look_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden(world, "SAP", "1")
    actor = viewer(("party", "system:CRM"))
    for module in ("crosswalk_lookup", "crosswalk_one"):
        monkeypatch.setattr(f"mdm.records.queries.{module}.fetch_prepared", _explode)

    statuses = {value: ask(world, "SAP", value, actor=actor).status for value in ("1", "404")}

    assert statuses == {"1": "forbidden", "404": "forbidden"}


@pytest.mark.parametrize(("scope", "looked_into"), [("system:CRM", False), ("system:SAP", True)])
def test_beside_the_check_of_a_key_only_systems_it_may_view_are_looked_into(
    world: World, scope: str, looked_into: bool
) -> None:
    golden(world, "SAP", "1")
    key, _ = create_api_key(name="Shop", scopes=[f"view:party:{scope}"], actor=machine_actor())
    asked = {"system": "SAP", "sought": '{"sap_alpha": "1"}', "type": "", "scope": "", "targets": None}
    known = {"prefix": key.prefix, "secret_hash": key.secret_hash}

    plan = fetch_prepared("EXPLAIN (ANALYZE, COSTS OFF) " + ONE_ID_FOR_KEY, asked | known)

    scans = [line for (line,) in plan if " on records_" in line]
    assert scans
    assert all(("never executed" in line) is not looked_into for line in scans)


@pytest.mark.parametrize("value", ["2", "3", "404", "gone", "code", "uuid", "code of a merged record"])
def test_with_a_key_the_answer_is_the_same(world: World, value: str) -> None:
    first, second = golden(world, "SAP", "2"), golden(world, "SAP", "3")
    golden(world, "SAP", "gone")
    world.say("SAP", "gone", deleted=True)
    redirect(first, second, world.engineer)
    hub = {"code": second.code, "uuid": str(second.uuid), "code of a merged record": first.code}
    question = Question("HUB", hub[value]) if value in hub else Question("SAP", value)
    _, secret = create_api_key(name="Shop", scopes=["view:party"], actor=machine_actor())

    found = resolve_for_key(secret=secret, question=question)

    assert found is not None
    assert [found[1]] == resolve(actor=world.engineer, questions=[question])
    assert [found[1]] * 2 == resolve(actor=world.engineer, questions=[question] * 2)


def test_an_identifier_in_a_domain_without_a_right_is_unknown(world: World) -> None:
    golden(world, "SAP", "1")
    actor = viewer(("material", "*"))

    assert ask(world, "SAP", "1", actor=actor).status == "unknown"


def test_a_record_of_another_domain_is_unknown_by_its_code(world: World) -> None:
    record = golden(world, "SAP", "1")
    actor = viewer(("material", "*"))

    assert [ask(world, "HUB", key, actor=actor).status for key in (record.code, str(record.uuid))] == ["unknown"] * 2


def test_targets_of_systems_without_a_right_are_left_out(world: World) -> None:
    golden(world, "SAP", "1")
    _link(world, ("SAP", "1"), ("CRM", SALESFORCE_15))
    actor = viewer(("party", "system:SAP"))

    answer = ask(world, "SAP", "1", actor=actor)

    assert [target.system for target in answer.targets] == ["SAP"]


def test_ambiguity_counts_only_what_the_caller_may_see(world: World) -> None:
    golden(world, "SAP", "1")
    _vendor(world, "1")
    actor = viewer(("material", "*"))

    answer = ask(world, "SAP", "1", actor=actor)

    assert (answer.status, answer.choices) == ("unknown", [])


def test_an_actor_without_grants_is_forbidden_everywhere(world: World) -> None:
    statuses = {system: ask(world, system, "1", actor=world.stranger).status for system in ("SAP", "HUB", "NOWHERE")}

    assert set(statuses.values()) == {"forbidden"}


def test_as_of_answers_by_the_entries_of_that_moment(world: World) -> None:
    before = database_now()
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    apart = database_now()
    redirect(first, second, world.engineer)
    merged = database_now()
    world.say("SAP", "1", deleted=True)
    deleted = database_now()

    answers = [ask(world, "SAP", "1", as_of=moment) for moment in (before, apart, merged, deleted)]

    assert [answer.status for answer in answers] == ["unknown", "current", "current", "retired"]
    assert [answer.golden.code for answer in answers if answer.golden] == [first.code, second.code, second.code]


def test_as_of_follows_redirects_only_from_the_moment_they_were_made(world: World) -> None:
    first, second = golden(world, "SAP", "1"), golden(world, "SAP", "2")
    apart = database_now()
    redirect(first, second, world.engineer)

    answers = [ask(world, "HUB", first.code, as_of=moment) for moment in (apart, database_now())]

    assert [(answer.status, answer.path) for answer in answers] == [
        ("current", [first.code]),
        ("redirected", [first.code, second.code]),
    ]


def test_a_period_holds_its_start_and_not_its_end(world: World) -> None:
    golden(world, "SAP", "1")
    world.say("SAP", "1", deleted=True)
    entry = ExternalId.objects.get(value="1", id_type__system="SAP").entries.get()
    assert entry.ended_at is not None
    tick = timedelta(microseconds=1)

    moments = (entry.opened_at - tick, entry.opened_at, entry.ended_at - tick, entry.ended_at)
    statuses = [ask(world, "SAP", "1", as_of=moment).status for moment in moments]

    assert statuses == ["unknown", "current", "current", "retired"]


def test_answers_come_in_the_order_of_their_questions(world: World) -> None:
    codes = [golden(world, "SAP", str(number)).code for number in range(1, 6)]
    questions = [Question("SAP", str(number)) for number in (5, 1, 404, 3, 1)]

    answers = resolve(actor=world.engineer, questions=questions)

    assert [answer.golden and answer.golden.code for answer in answers] == [
        codes[4],
        codes[0],
        None,
        codes[2],
        codes[0],
    ]


@pytest.mark.parametrize(("count", "statements"), [(1, 1), (400, 2)])
def test_one_question_is_one_statement_and_many_are_two(world: World, count: int, statements: int) -> None:
    golden(world, "SAP", "1")
    assert ask(world, "SAP", "1").status == "current"

    with CaptureQueriesContext(connection) as queries:
        answers = resolve(actor=world.engineer, questions=[Question("SAP", str(number)) for number in range(count)])

    assert (len(queries), len(answers)) == (statements, count)


def _explode(*_: object) -> list[Any]:
    raise AssertionError("nothing may be looked up")


def _link(world: World, left: tuple[str, str], right: tuple[str, str]) -> None:
    rows = [LinkRow(left[1], right[1])]
    with transaction.atomic():
        link_ids(left=world.id_type(left[0]), right=world.id_type(right[0]), rows=rows, actor=world.engineer)


def say_as(world: World, kind: IdType, value: str, scope: str = "") -> str:
    observations = [Observation(value, {"name": f"{kind.name} {value} {scope}"}, scope=scope)]
    prepared = prepare_observations(observations, id_type=kind, pack=active_pack("party"))
    with transaction.atomic():
        (outcome,) = observe(id_type=kind, prepared=prepared, actor=world.engineer, reason="test")
    return outcome.golden_code


def _vendor(world: World, value: str) -> str:
    kind = add_id_type(system="SAP", domain="party", name="vendor", canonicaliser="sap_alpha", actor=world.engineer)
    return say_as(world, kind, value)
