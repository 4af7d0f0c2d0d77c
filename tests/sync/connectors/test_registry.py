"""Kinds of connector and the settings of one connection."""

from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from sync.connectors import registry
from sync.connectors.errors import BadSettings, UnknownKind
from sync.connectors.registry import Kind, check_settings
from sync.connectors.settings import ConnectionSettings, Secrets, SettingField

KIND = Kind(
    "sample",
    "Sample",
    build=lambda settings: None,  # type: ignore[arg-type, return-value]
    fields=(
        SettingField("token", "Token", secret=True, required=True),
        SettingField("mode", "Mode", default="a", choices=(("a", "A"), ("b", "B"))),
    ),
)


def test_a_kind_that_nobody_registered_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownKind, match="'fax'"):
        registry.build("fax", ConnectionSettings("fax", "https://example.org"))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (ConnectionSettings("sample", "", secrets=Secrets({"token": "x"})), "base_url"),
        (ConnectionSettings("sample", "https://h"), "token"),
        (ConnectionSettings("sample", "https://h", {"token": "not a secret"}), "token"),
        (ConnectionSettings("sample", "https://h", {"mode": "c"}, Secrets({"token": "x"})), "mode"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_field(settings: ConnectionSettings, field: str) -> None:
    with pytest.raises(BadSettings) as refused:
        check_settings(KIND, settings)

    assert refused.value.field == field and refused.value.remedy


def test_every_kind_explains_itself_to_a_form() -> None:
    for kind in registry.kinds():
        assert kind.label
        assert all(each.label for each in kind.fields)
        assert len({each.name for each in kind.fields}) == len(kind.fields)


def test_secrets_show_in_no_picture_of_their_settings() -> None:
    settings = ConnectionSettings("sample", secrets=Secrets({"token": "hunter22"}))

    try:
        raise RuntimeError(f"{settings}") from ValueError(repr(settings.secrets))
    except RuntimeError:
        told = traceback.format_exc()

    assert settings.secrets["token"] == "hunter22"
    assert "hunter22" not in told and "token" in told
    assert "hunter22" not in repr(copy.copy(settings))


def test_secrets_are_neither_stored_nor_sent_to_another_process() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(ConnectionSettings("sample", secrets=Secrets({"token": "hunter22"})))
