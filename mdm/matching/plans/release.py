"""Golden records are released."""

from __future__ import annotations

from collections.abc import Mapping

from mdm.kernel.errors import Conflict
from mdm.matching.models import DecisionKind, GoldenRole
from mdm.matching.plan import Plan
from mdm.matching.plans.seen import refuse_moved
from mdm.matching.scene import Scene


def plan_release(scene: Scene, *, versions: Mapping[str, int] | None) -> Plan:
    """Return the plan in which every golden record of the scene is ACTIVE."""
    first = next(iter(scene.goldens.values()))
    plan = Plan(
        kind=DecisionKind.RELEASE,
        domain=first.domain_id,
        scene=scene,
        roles=dict.fromkeys(scene.goldens, GoldenRole.SUBJECT),
        subject=first.pk,
        statuses=dict.fromkeys(scene.goldens, "ACTIVE"),
    )
    refuse_moved(scene, versions)
    released = [golden.code for golden in scene.goldens.values() if golden.status == "ACTIVE"]
    if released:
        plan.object(
            Conflict(f"{released[0]} is released already.", field="goldens", value=released[0], remedy="Leave it out.")
        )
    return plan
