"""`/metrics`: what every stage tells about itself, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import mdm.events.figures
import mdm.jobs.figures
import mdm.matching.figures
import mdm.stewardship.figures
import sync.delivery.figures
import sync.reconciliation.figures
from mdm.accounts.models import Actor
from mdm.accounts.queries import authenticate_api_key, permissions_of
from mdm.kernel.figures import read

FIGURES = (
    *mdm.events.figures.FIGURES,
    *mdm.jobs.figures.FIGURES,
    *mdm.matching.figures.FIGURES,
    *mdm.stewardship.figures.FIGURES,
    *sync.delivery.figures.FIGURES,
    *sync.reconciliation.figures.FIGURES,
)


class _Stages(Collector):
    def collect(self) -> Iterable[Metric]:
        for figure in FIGURES:
            family = GaugeMetricFamily(figure.name, figure.help, labels=list(figure.labels))
            for labels, number in read(figure):
                family.add_metric(labels, number)
            yield family


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for an API key or a person with the right to view every domain: 401 for nobody, 403 for others."""
    actor = _asking(request)
    if actor is None:
        answer = HttpResponse("Send Authorization: Bearer tsk_…\n", status=401, content_type="text/plain")
        answer["WWW-Authenticate"] = 'Bearer realm="touchstone"'
        return answer
    if not permissions_of(actor).everywhere("view"):
        return HttpResponse("Ask for a key with the right view:*\n", status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Stages())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _asking(request: HttpRequest) -> Actor | None:
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, secret = header.partition(" ")
        return authenticate_api_key(secret.strip()) if scheme.lower() == "bearer" else None
    return request.user if isinstance(request.user, Actor) else None
