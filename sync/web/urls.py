"""Addresses of the pages about data coming in."""

from __future__ import annotations

from django.urls import path

from sync.web import imports, mappings, rejects, uploads

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
]
