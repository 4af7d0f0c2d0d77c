"""The project keeps its own rules."""

from __future__ import annotations

from django.apps import apps

from tests.architecture import shape, sources, tables, writing

OWN = ("config", "mdm", "sync")
MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in OWN]


def test_the_database_is_written_by_operations_and_migrations_only() -> None:
    assert [fault for source in sources.python(*OWN, "demo") for fault in writing.misplaced(source)] == []


def test_files_and_functions_keep_their_budgets() -> None:
    assert [fault for source in sources.python(*sources.CODE, "tests") for fault in shape.over_budget(source)] == []


def test_no_file_is_named_for_nothing() -> None:
    assert [fault for source in sources.python(*sources.CODE, "tests") for fault in shape.forbidden_name(source)] == []


def test_nothing_happens_by_signal() -> None:
    assert [fault for source in sources.python(*OWN) for fault in shape.signals(source)] == []


def test_no_model_overrides_save_or_delete() -> None:
    assert [fault for source in sources.python(*OWN) for fault in shape.overrides(source)] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [fault for source in sources.texts() for fault in shape.machine_paths(source)] == []


def test_every_table_is_looked_at() -> None:
    assert {model._meta.app_label for model in MODELS} >= {"accounts", "events", "jobs", "governance", "records"}
    assert {model._meta.app_label for model in MODELS} <= set(tables.LAYERS)


def test_every_status_is_confined_to_its_values() -> None:
    assert [fault for model in MODELS for fault in tables.unlisted(model)] == []


def test_every_foreign_key_protects_its_target() -> None:
    assert [fault for model in MODELS for fault in tables.unprotected(model)] == []


def test_every_foreign_key_points_down() -> None:
    assert [fault for model in MODELS for fault in tables.upward(model)] == []


def test_every_test_asserts_something() -> None:
    assert [fault for source in sources.python("tests") for fault in shape.proves_nothing(source)] == []


def test_every_exception_to_a_rule_still_exists() -> None:
    labels = {f"{model._meta.label}.{field.name}" for model in MODELS for field in model._meta.local_fields}

    assert set(tables.OPEN) <= labels
    assert all((sources.ROOT / path).exists() for path in writing.ALLOWED_FILES)
