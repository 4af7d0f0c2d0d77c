"""The review desk's part of the styleguide: made-up tasks, charts and bars; it reads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mdm.web.cluster_graph import Edge, Node, cluster_graph
from mdm.web.review import samples
from mdm.web.review.answer import Choices
from mdm.web.review.context import Urls, desk_context
from mdm.web.review.desk import Desk
from mdm.web.review.filters import Bar, Chip, Choice, Facet

COLOURS = {"SAP": 1, "CRM": 2, "SHOP": 3}


def desk_samples() -> Mapping[str, object]:
    """A pair and a group of four ready for a decision, a group of thirty as a tree, saved views and a filter bar."""
    several = Desk(samples.task(4), COLOURS, Choices(places={"BP-004213": "second"}))
    urls = Urls(item="#", up="#", decide="#", preview="#", lease="#", comment="#", decisions="#")
    return {
        **desk_context(several, urls),
        "desk": Desk(samples.task(), COLOURS),
        "several": several,
        "tree": cluster_graph([Node(n + 1, f"SAP {n}", n % 4) for n in range(30)], _links(30)),
        "views": {
            "tabs": [
                ("all", "All open", "#", 128),
                ("dach", "My DACH high value", "#", 12),
                ("team", "Team: twins", "#", 3),
            ],
            "current": "dach",
            "save_url": "#",
            "line": "value:>10k",
            "may_share": True,
        },
        "bar": Bar("#", "score:6..9 value:>10k", [_facet()], [Chip("score:6..9", "#"), Chip("value:>10k", "#")], "#"),
    }


def _facet() -> Facet:
    return Facet("Source", [Choice("SAP", 84, "#", True), Choice("CRM", 61, "#", False)], "SAP")


def _links(count: int) -> list[Edge]:
    return [Edge(place // 3, place, 12 - place / 10, weak=place == 7) for place in range(1, count)]
