"""Addresses of pages. They are short, stable and safe to send to a colleague."""

from __future__ import annotations

from django.urls import path

from mdm.web.views import (
    account,
    audit,
    decisions,
    golden,
    home,
    jobs,
    keys,
    policies,
    queue,
    records,
    sign_in,
    styleguide,
    systems,
    unmerge,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", sign_in.sign_in_page, name="sign-in"),
    path("sign-out", sign_in.sign_out_page, name="sign-out"),
    path("search", records.find, name="search"),
    path("search/suggest", records.suggest, name="suggest"),
    path("records", records.records, name="records"),
    path("g/<str:code>", golden.golden, name="golden"),
    path("g/<str:code>/inspect", golden.inspect, name="golden-inspect"),
    path("g/<str:code>/unmerge", unmerge.unmerge_page, name="golden-unmerge"),
    path("g/<str:code>/<slug:tab>", golden.golden, name="golden-tab"),
    path("review", queue.queue, name="review"),
    path("review/start", queue.start, name="review-start"),
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/tray", jobs.tray, name="tray"),
    path("jobs/<uuid:job_id>", jobs.job, name="job"),
    path("jobs/<uuid:job_id>/progress", jobs.job_progress, name="job-progress"),
    path("jobs/<uuid:job_id>/cancel", jobs.job_cancel, name="job-cancel"),
    path("systems", systems.systems, name="systems"),
    path("decisions", decisions.decisions, name="decisions"),
    path("decisions/<uuid:decision_id>/undo", decisions.undo_decision, name="decision-undo"),
    path("policies", policies.policies, name="policies"),
    path("policies/<slug:domain>", policies.policy, name="policy"),
    path("audit", audit.audit, name="audit"),
    path("audit/<int:event_id>", audit.event, name="audit-event"),
    path("keys", keys.keys, name="keys"),
    path("keys/new", keys.new_key, name="new-key"),
    path("keys/<slug:prefix>", keys.key, name="key"),
    path("keys/<slug:prefix>/end", keys.end_key, name="end-key"),
    path("profile", account.profile, name="profile"),
    path("preferences", account.save_preferences, name="preferences"),
    path("help", account.help_page, name="help"),
    path("styleguide", styleguide.styleguide, name="styleguide"),
]
