from __future__ import annotations

from sync.flows.loops import Edge, loops_through


def edge(flow: str, *attributes: str) -> Edge:
    source, target = flow.split(">")
    return Edge(flow, source, target, frozenset(attributes))


def told(loops: object) -> list[str]:
    return [str(loop) for loop in loops]  # type: ignore[attr-defined]


def test_a_value_that_comes_round_by_other_systems_is_a_loop() -> None:
    others = [edge("ERP>SHOP", "name", "phone"), edge("SHOP>HUB", "name")]

    assert told(loops_through(edge("HUB>ERP", "name", "vat"), others)) == ["HUB → ERP → SHOP → HUB carries name"]


def test_flows_that_share_no_attribute_close_no_loop() -> None:
    others = [edge("ERP>SHOP", "phone"), edge("SHOP>HUB", "name")]

    assert told(loops_through(edge("HUB>ERP", "name", "phone"), others)) == []


def test_a_flow_that_names_no_attributes_moves_all_of_them() -> None:
    others = [edge("ERP>SHOP"), edge("SHOP>HUB", "name")]

    assert told(loops_through(edge("HUB>ERP"), others)) == ["HUB → ERP → SHOP → HUB carries name"]


def test_circles_beside_the_way_do_not_catch_the_search() -> None:
    others = [edge("ERP>A"), edge("A>B"), edge("B>A"), edge("B>HUB", "name")]

    assert told(loops_through(edge("HUB>ERP"), others)) == ["HUB → ERP → A → B → HUB carries name"]
