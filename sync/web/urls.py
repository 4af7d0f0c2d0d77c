"""Addresses of the pages about data coming in and going out."""

from __future__ import annotations

from django.urls import path

from sync.web import (
    connections,
    dead_letters,
    deliveries,
    drift,
    flows,
    fragments,
    imports,
    mappings,
    rejects,
    uploads,
)

urlpatterns = [
    path("import", imports.imports, name="import"),
    path("import/new", uploads.upload, name="import-new"),
    path("import/<uuid:run_id>", imports.run_page, name="import-run"),
    path("import/<uuid:run_id>/start", imports.start, name="import-start"),
    path("import/<uuid:run_id>/discard", imports.discard, name="import-discard"),
    path("import/<uuid:run_id>/cancel", imports.stop, name="import-cancel"),
    path("import/<uuid:run_id>/progress", imports.run_progress, name="import-progress"),
    path("import/<uuid:run_id>/rows", rejects.rejected_rows, name="import-rows"),
    path("import/<uuid:run_id>/rejects/<slug:name>", rejects.download, name="import-rejects"),
    path("import/jobs/<uuid:job_id>", imports.job_panel, name="job-panel-ingest"),
    path("import/mappings/<uuid:job_id>", mappings.rows, name="import-mapping"),
    path("import/mappings/<uuid:job_id>/panel", mappings.job_panel, name="job-panel-import_mapping"),
    path("import/mappings/<uuid:job_id>/unlinked", mappings.download, name="import-mapping-file"),
    path("sync", connections.overview, name="sync"),
    path("sync/health", connections.health, name="sync-health"),
    path("sync/switch", connections.switch, name="sync-switch"),
    path("sync/connections/<slug:system>", connections.connection, name="connection"),
    path("sync/connections/<slug:system>/<slug:verb>", connections.act, name="connection-act"),
    path("sync/deliveries", deliveries.deliveries, name="deliveries"),
    path("sync/deliveries/<uuid:delivery_id>", deliveries.delivery, name="delivery"),
    path("sync/deliveries/<uuid:delivery_id>/<slug:verb>", deliveries.act, name="delivery-act"),
    path("sync/dead-letters", dead_letters.dead_letters, name="dead-letters"),
    path("sync/dead-letters/<slug:cause>/replay", dead_letters.replay, name="dead-letters-replay"),
    path("sync/flows", flows.flows, name="flows"),
    path("sync/flows/<slug:code>", flows.flow, name="flow"),
    path("sync/flows/<slug:code>/mode", flows.mode, name="flow-mode"),
    path("sync/drift", drift.drift, name="drift"),
    path("sync/drift/compare/<slug:system>", drift.compare, name="drift-compare"),
    path("sync/drift/judge/<slug:verb>", drift.judge_many, name="drift-judge-many"),
    path("sync/drift/<int:finding_id>", drift.finding, name="drift-finding"),
    path("sync/drift/<int:finding_id>/<slug:verb>", drift.judge, name="drift-judge"),
    path("sync/records/<str:code>/deliveries", fragments.golden_deliveries, name="sync-golden-deliveries"),
    path("sync/records/<str:code>/where", fragments.where, name="sync-where"),
    path("sync/tasks/<int:task_id>/consequences", fragments.consequences, name="sync-consequences"),
]
