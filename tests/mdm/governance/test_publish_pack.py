"""A pack file becomes a definition in one step, as often as one likes."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent
from mdm.governance.models import DomainVersion
from mdm.governance.operations.publish_pack import publish_pack
from mdm.kernel.errors import Conflict
from tests.mdm.governance.conftest import pack


def run(file: Path, content: object, *options: str) -> str:
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    out = StringIO()
    call_command("publish_domain", str(file), *options, stdout=out)
    return out.getvalue()


def test_publishing_the_same_pack_again_does_nothing(chief: Actor) -> None:
    first = publish_pack(domain="gadget", content=pack(), actor=chief)

    second = publish_pack(domain="gadget", content=pack(), actor=chief)

    assert (first.published, second.published) == (True, False)
    assert second.version.pk == first.version.pk
    assert AuditEvent.objects.filter(type="domain_version.drafted").count() == 1


def test_a_refused_pack_leaves_no_draft_behind(chief: Actor) -> None:
    publish_pack(domain="gadget", content=pack(), actor=chief)
    narrower = pack()
    del narrower["attributes"]["colour"]

    with pytest.raises(Conflict):
        publish_pack(domain="gadget", content=narrower, actor=chief)

    assert DomainVersion.objects.count() == 1


def test_the_command_shows_what_a_pack_changes(db: None, tmp_path: Path) -> None:
    file = tmp_path / "gadget.yaml"
    changed = pack()
    changed["attributes"]["weight"] = {"label": "Weight", "type": "decimal"}

    said = [run(file, pack()), run(file, changed), run(file, changed)]

    assert "version 1 is in force." in said[0]
    assert "weight" in said[1]
    assert "nothing to publish" in said[2]
    assert DomainVersion.objects.get(status="ACTIVE").published_by == machine_actor()


def test_the_command_tells_what_is_wrong_with_a_pack(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="label"):
        run(tmp_path / "gadget.yaml", pack(label=7))

    assert not DomainVersion.objects.exists()


def test_the_command_says_when_there_is_no_such_file(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("publish_domain", str(tmp_path / "none.yaml"))


def test_narrowing_needs_the_option(db: None, tmp_path: Path) -> None:
    file = tmp_path / "gadget.yaml"
    narrower = pack()
    del narrower["attributes"]["colour"]
    run(file, pack())

    with pytest.raises(CommandError, match="colour"):
        run(file, narrower)

    assert "version 2 is in force." in run(file, narrower, "--confirm-narrowing")
