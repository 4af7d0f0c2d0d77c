"""An app for the worker processes of fault tests: it registers the tests' kinds of job."""

from __future__ import annotations

from django.apps import AppConfig


class FaultKinds(AppConfig):
    name = "tests.faults"
    label = "fault_tests"

    def ready(self) -> None:
        from tests.mdm.jobs.kinds import install

        install()
