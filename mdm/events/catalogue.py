"""Every type of event: how it is told to people, and whether others are told of it through the outbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventType:
    """`sentence` may name {actor}, {subject}, {domain} and any name in the event's detail.

    `published` types get an outbox message. Nothing about a golden record is published before its release.
    """

    sentence: str
    published: bool = False


EVENT_TYPES: dict[str, EventType] = {
    "actor.created": EventType("{actor} created the account {subject}"),
    "actor.deactivated": EventType("{actor} deactivated the account {subject}"),
    "grant.given": EventType("{actor} gave {subject} the right to {action} in {granted_domain}"),
    "grant.revoked": EventType("{actor} took from {subject} the right to {action} in {granted_domain}"),
    "api_key.created": EventType("{actor} created an API key for {subject}"),
    "api_key.revoked": EventType("{actor} revoked an API key of {subject}"),
    "signed_in": EventType("{actor} signed in"),
    "sign_in_failed": EventType("A sign-in as {subject} failed"),
    "signed_out": EventType("{actor} signed out"),
    "system.registered": EventType("{actor} registered {subject}", published=True),
    "id_type.added": EventType("{actor} added an identifier type to {subject}", published=True),
    "domain_version.drafted": EventType("{actor} drafted a version of {subject}"),
    "domain_version.published": EventType("{actor} published a version of {subject}", published=True),
    "rule_set.drafted": EventType("{actor} drafted {subject}"),
    "rule_set.published": EventType("{actor} published {subject}", published=True),
    "ownership.set": EventType("{actor} set what {subject} owns", published=True),
    "policy.set": EventType("{actor} set how {subject} releases and holds records", published=True),
    "layout.saved": EventType("{actor} saved an import layout for {subject}"),
    "job.submitted": EventType("{actor} started {subject}"),
    "job.cancelled": EventType("{actor} cancelled {subject}"),
    "job.finished": EventType("{subject} finished"),
    "job.failed": EventType("{subject} failed"),
    "ingestion.started": EventType("{actor} started an import from {subject}"),
    "ingestion.applied": EventType("{actor} took in records from {subject}"),
    "ingestion.finished": EventType("The import from {subject} finished"),
    "ingestion.discarded": EventType("{actor} discarded an import from {subject}"),
    "records.observed": EventType("{subject} sent records"),
    "records.absent": EventType("Records were absent from a full file of {subject}"),
    "mapping.imported": EventType("{actor} imported a mapping sheet of {subject}"),
    "golden.pinned": EventType("{actor} pinned a value of {subject}"),
    "golden.unpinned": EventType("{actor} ended a pinned value of {subject}"),
    "golden.released": EventType("{actor} released {subject}"),
    "golden.merged": EventType("{actor} merged records into {subject}"),
    "golden.unmerged": EventType("{actor} took records out of {subject} again"),
    "golden.split": EventType("{actor} split {subject}"),
    "golden.related": EventType("{actor} related {subject} to another record"),
    "pair.distinguished": EventType("{actor} decided that {subject} is another than the records it was held against"),
    "decision.undone": EventType("{actor} undid a decision about {subject}"),
    # The one message about golden records that leaves: which released ones changed, and why; their state is looked up.
    "golden.changed": EventType("Released records of {subject} changed", published=True),
    "golden.projected": EventType("{subject} was projected anew"),
    "version.taken": EventType("{actor} let a version count in {subject} that had waited"),
    "version.parted": EventType("{actor} said that an identifier of {subject} means something else now"),
    "finding.closed": EventType("{actor} closed {subject}"),
    "tasks.refreshed": EventType("{actor} brought the review queue of {subject} up to date"),
    "task.assigned": EventType("{actor} assigned {subject}"),
    "task.snoozed": EventType("{actor} put off {subject}"),
    "task.asked": EventType("{actor} asked about {subject}"),
    "task.answered": EventType("{actor} answered about {subject}"),
    "task.escalated": EventType("{actor} escalated {subject}"),
    "task.closed": EventType("{actor} closed {subject}"),
    "task.reopened": EventType("{actor} reopened {subject}"),
    "comment.added": EventType("{actor} commented on {subject}"),
    "view.saved": EventType("{actor} saved a view of the queue of {subject}"),
    "view.removed": EventType("{actor} removed a view of the queue of {subject}"),
    "change_request.submitted": EventType("{actor} submitted {subject}"),
    "change_request.approved": EventType("{actor} approved {subject}"),
    "change_request.rejected": EventType("{actor} rejected {subject}"),
    "change_request.withdrawn": EventType("{actor} withdrew {subject}"),
    "bulk.prepared": EventType("{actor} prepared {subject}"),
    "bulk.started": EventType("{actor} started {subject}"),
    "bulk.finished": EventType("{subject} finished"),
    "bulk.undone": EventType("{actor} undid {subject}"),
    "values.accepted": EventType("{actor} let proposed values of {subject} count"),
    "values.erased": EventType("{actor} erased the values of {subject}", published=True),
    "values.forgotten": EventType("{actor} had what else held values of {subject} forget them"),
    "values.revealed": EventType("{actor} looked at masked values of {subject}"),
    "export.made": EventType("{actor} exported {subject}"),
    "id.attached": EventType("{actor} noted the identifier that {system} gave to {subject}"),
    "flow.added": EventType("{actor} added {subject} to the catalogue"),
    "flow.changed": EventType("{actor} changed {subject}"),
    "flow.mode_set": EventType("{actor} set {subject} to {mode}"),
    "mapping.published": EventType("{actor} published mapping {number} of {subject}"),
    "delivery.confirmed": EventType("{system} holds version {version} of {subject}", published=True),
    "delivery.rejected": EventType("{system} cannot take {subject}"),
    "delivery.dead": EventType("The delivery of {subject} to {system} was given up"),
    "delivery.revived": EventType("{actor} sent {subject} again"),
    "delivery.cancelled": EventType("{actor} cancelled {subject}"),
    "delivery.decided": EventType("{actor} said what became of {subject}"),
    "delivery.late": EventType("A worker that had lost its turn wrote {subject} to {system}; it is sent again"),
    "delivery.key_taken": EventType("{system} gave {subject} an identifier of another golden record"),
    "connection.added": EventType("{actor} added {subject}"),
    "connection.updated": EventType("{actor} changed {subject}"),
    "connection.secret_set": EventType("{actor} set a secret of {subject}"),
    "connection.secrets_resealed": EventType("{actor} encrypted every connection's secrets anew"),
    "connection.paused": EventType("{actor} paused {subject}"),
    "connection.resumed": EventType("{actor} resumed {subject}"),
    "sending.switched": EventType("{actor} switched the sending of {subject}"),
}
