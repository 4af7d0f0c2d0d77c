"""A page costs a fixed number of statements, however many rows it shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mdm.web.conftest import Pages
from tests.mdm.web.scene import Scene


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 20), ("/records", 20), ("/g/{joined}", 40), ("/g/{joined}/history", 40), ("/jobs", 12), ("/audit", 14)],
)
def test_a_page_asks_the_database_a_bounded_number_of_times(scene: Scene, pages: Pages, path: str, most: int) -> None:
    client = pages(scene.engineer)
    client.get(path.format(joined=scene.joined))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(path.format(joined=scene.joined))

    assert len(asked) <= most, [query["sql"][:120] for query in asked.captured_queries]


def test_a_longer_list_asks_no_more(scene: Scene, pages: Pages) -> None:
    client = pages(scene.engineer)
    counts = []
    for path in ("/records?system=SHOP", "/records"):
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts.append(len(asked))

    assert counts[1] <= counts[0] + 1
