from __future__ import annotations

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.events.operations.record import EventDraft, record
from sync.targets import vault
from sync.targets.checking import check_settings, checked_kind
from sync.targets.models import Connection
from sync.targets.operations.update_connection import held_connection
from sync.targets.rights import require_operate, require_operate_everything


@transaction.atomic
def set_secret(*, system: str, name: str, value: str, actor: Actor, reason: str = "") -> None:
    """The connection signs in with `value` from its next call on; an empty one takes the secret away.

    Nothing tells a secret again: not a page, an event, a log nor an answer.
    Raises: NotAllowed without `operate` on the system; NotFound; Invalid for a name that the kind does not declare or
    a required secret taken away; Conflict where no key is there to encrypt with.
    """
    require_operate(actor, system)
    connection = held_connection(system)
    secrets = dict(vault.unseal(connection.secrets)) | {name: value}
    check_settings(connection, checked_kind(connection.kind), secrets)
    Connection.objects.filter(pk=system).update(secrets=vault.seal(secrets))
    detail = {"name": name[:40], "set": bool(value)}
    draft = EventDraft(
        type="connection.secret_set", domain="", subject=f"connection:{system}", reason=reason, detail=detail
    )
    record(draft, actor=actor)


@transaction.atomic
def reseal_secrets(*, actor: Actor, reason: str = "") -> int:
    """Every connection's secrets are encrypted with the first key, so that the others may be thrown away.

    Returns how many connections have secrets. Raises: NotAllowed without `operate` everywhere; Conflict when a key that
    one of them needs is gone.
    """
    require_operate_everything(actor)
    sealed = Connection.objects.select_for_update(no_key=True).exclude(secrets="").order_by("pk")
    for connection in sealed:
        secrets = vault.seal(vault.unseal(connection.secrets))
        Connection.objects.filter(pk=connection.pk).update(secrets=secrets)
    draft = EventDraft(
        type="connection.secrets_resealed", domain="", subject="installation:1", reason=reason,
        detail={"count": len(sealed)},
    )  # fmt: skip
    record(draft, actor=actor)
    return len(sealed)
