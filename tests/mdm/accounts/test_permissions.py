"""What grants allow, asked of the grants alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.accounts.models import Action
from mdm.accounts.permissions import NOTHING, Permissions

ACTIONS = tuple(Action.values)
DOMAINS = ("party", "material", "gl_account")
SYSTEMS = ("SAP", "CRM")
RIGHTS = st.tuples(
    st.sampled_from(("*", *DOMAINS)),
    st.sampled_from(ACTIONS),
    st.sampled_from(("*", *(f"system:{system}" for system in SYSTEMS))),
)
PERMISSIONS = st.builds(Permissions, st.frozensets(RIGHTS, max_size=8))


def allow(*rights: tuple[str, str, str]) -> Permissions:
    return Permissions(frozenset(rights))


@pytest.mark.parametrize("action", ACTIONS)
def test_without_a_grant_nothing_is_allowed(action: str) -> None:
    assert not NOTHING.may(action, "party")
    assert not NOTHING.may(action, "party", "SAP")
    assert not NOTHING.may_system(action, "SAP")
    assert not NOTHING.everywhere(action)
    assert NOTHING.domains(action) == frozenset()


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("right", "here", "sap", "crm", "elsewhere", "everywhere"),
    [
        (("party", "*"), True, True, True, False, False),
        (("*", "*"), True, True, True, True, True),
        (("material", "*"), False, False, False, True, False),
        (("party", "system:SAP"), None, True, False, False, False),
        (("*", "system:SAP"), None, True, False, None, None),
    ],
)
def test_a_grant_reaches_as_far_as_its_domain_and_scope(
    action: str,
    right: tuple[str, str],
    here: bool | None,
    sap: bool,
    crm: bool,
    elsewhere: bool | None,
    everywhere: bool | None,
) -> None:
    domain, scope = right
    permissions = allow((domain, action, scope))
    views = action == "view"  # None: a right on one system lets in to view, and to nothing else

    assert permissions.may(action, "party") is (views if here is None else here)
    assert permissions.may(action, "party", "SAP") is sap
    assert permissions.may(action, "party", "CRM") is crm
    assert permissions.may(action, "material") is (views if elsewhere is None else elsewhere)
    assert permissions.everywhere(action) is (views if everywhere is None else everywhere)


def test_a_grant_of_one_action_allows_no_other() -> None:
    permissions = allow(("*", "decide", "*"))

    allowed = [action for action in ACTIONS if permissions.may(action, "party", "SAP")]

    assert allowed == ["decide"]


def test_a_right_on_one_system_is_found_in_any_domain() -> None:
    permissions = allow(("material", "operate", "system:SAP"))

    assert permissions.may_system("operate", "SAP")
    assert not permissions.may_system("operate", "CRM")


def test_the_domains_of_an_action_leave_out_what_one_system_cannot_open() -> None:
    permissions = allow(
        ("party", "view", "system:SAP"),
        ("material", "operate", "system:SAP"),
        ("*", "view", "*"),
        ("party", "operate", "*"),
    )

    assert permissions.domains("view") == {"party"}
    assert permissions.domains("operate") == {"party"}


def test_an_unknown_action_is_a_mistake_and_not_a_no() -> None:
    with pytest.raises(ValueError, match="'veiw' is no action"):
        NOTHING.may("veiw", "party")


@given(PERMISSIONS, RIGHTS, st.sampled_from(ACTIONS), st.sampled_from(DOMAINS), st.sampled_from(("", *SYSTEMS)))
def test_a_further_grant_never_takes_a_right_away(
    permissions: Permissions, right: tuple[str, str, str], action: str, domain: str, system: str
) -> None:
    more = Permissions(permissions.grants | {right})

    assert more.may(action, domain, system) or not permissions.may(action, domain, system)


@given(PERMISSIONS, st.sampled_from(ACTIONS), st.sampled_from(DOMAINS), st.sampled_from(("", *SYSTEMS)))
def test_what_is_allowed_follows_from_one_single_grant(
    permissions: Permissions, action: str, domain: str, system: str
) -> None:
    single = any(allow(right).may(action, domain, system) for right in permissions.grants)

    assert permissions.may(action, domain, system) is single


@given(PERMISSIONS, st.sampled_from(ACTIONS), st.sampled_from(DOMAINS), st.sampled_from(SYSTEMS))
def test_the_summaries_agree_with_each_question(
    permissions: Permissions, action: str, domain: str, system: str
) -> None:
    assert not permissions.may(action, domain, system) or permissions.may_system(action, system)
    assert not permissions.everywhere(action) or permissions.may(action, domain)
    assert (domain in permissions.domains(action) or permissions.everywhere(action)) is permissions.may(action, domain)
