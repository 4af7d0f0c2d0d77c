"""Who is linked to whom, drawn: a ring for a few, a radial tree for many; the same input is the same picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mdm.web.moments import plain

NODES_AT_MOST = 150
RING = 8
REACH = (104, 78)
WIDTH, HEIGHT = 320, 240
Point = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A member: its number in the columns, what it is called, its system's colour; `apart` when it was put out."""

    number: int
    label: str
    colour: int = 0
    apart: bool = False


@dataclass(frozen=True)
class Edge:
    """A link between two nodes, by their places from 0. `weak`: all that holds two parts together."""

    left: int
    right: int
    score: float
    weak: bool = False


def cluster_graph(nodes: Sequence[Node], edges: Sequence[Edge]) -> SafeString:
    """The picture, or nothing beyond 150 nodes: there a table says more."""
    if not nodes or len(nodes) > NODES_AT_MOST:
        return SafeString("")
    points = _ring(len(nodes)) if len(nodes) <= RING else _radial(len(nodes), edges)
    few = len(nodes) <= RING
    body = [
        *(_edge(edge, points, few) for edge in edges),
        *(_node(n, p, few) for n, p in zip(nodes, points, strict=True)),
    ]
    return format_html(
        '<svg class="graph" role="img" viewBox="0 0 {} {}" aria-label="{}">{}</svg>',
        WIDTH, HEIGHT, _("Links between {n} members").format(n=len(nodes)), SafeString("".join(body)),
    )  # fmt: skip


def _edge(edge: Edge, points: Sequence[Point], numbered: bool) -> str:
    (x1, y1), (x2, y2) = points[edge.left], points[edge.right]
    line = format_html(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"></line>', "weak" if edge.weak else "edge", x1, y1, x2, y2
    )
    if not numbered:
        return line
    # At a third of the way: the middles of crossing links would lie on each other.
    x, y = round(x1 + (x2 - x1) * 0.36, 1), round(y1 + (y2 - y1) * 0.36, 1)
    return line + format_html(
        '<rect class="plate" x="{}" y="{}" width="38" height="18" rx="4"></rect>'
        '<text class="{}" x="{}" y="{}">{}</text>',
        round(x - 19, 1), round(y - 9, 1), "weak" if edge.weak else "score", x, round(y + 4, 1), plain(edge.score),
    )  # fmt: skip


def _node(node: Node, point: Point, named: bool) -> str:
    x, y = point
    radius = 13 if named else 8
    below = y >= HEIGHT / 2
    name = (
        format_html('<text class="name" x="{}" y="{}">{}</text>', x, y + (30 if below else -20), _short(node.label))
        if named
        else ""
    )
    return format_html(
        '<g class="c{}{}"><title>{} {}</title><circle cx="{}" cy="{}" r="{}"></circle>'
        '<text class="number" x="{}" y="{}">{}</text>{}</g>',
        node.colour, " apart" if node.apart else "", node.number, node.label, x, y, radius, x, y + 4, node.number, name,
    )  # fmt: skip


def _short(label: str) -> str:
    return label if len(label) <= 17 else f"{label[:9]}…{label[-7:]}"


def _ring(count: int) -> list[Point]:
    if count == 1:
        return [(WIDTH / 2, HEIGHT / 2)]
    start = -math.pi / 2 - math.pi / count
    return [_at(start + 2 * math.pi * place / count, 1.0) for place in range(count)]


def _at(angle: float, share: float) -> Point:
    x, y = WIDTH / 2 + share * REACH[0] * math.cos(angle), HEIGHT / 2 + share * REACH[1] * math.sin(angle)
    return round(x, 1), round(y, 1)


def _radial(count: int, edges: Sequence[Edge]) -> list[Point]:
    """The strongest links as a tree around its most linked node; each branch has the room its leaves need."""
    tree = _strongest_tree(count, edges)
    children, roots = _rooted(count, tree)
    leaves: dict[int, int] = {}
    depth: dict[int, int] = dict.fromkeys(roots, 0 if len(roots) == 1 else 1)
    order = list(roots)
    for node in order:
        for child in children[node]:
            depth[child] = depth[node] + 1
            order.append(child)
    for node in reversed(order):
        leaves[node] = max(1, sum(leaves[child] for child in children[node]))
    return _placed(order, roots, children, leaves, depth)


def _placed(
    order: Sequence[int],
    roots: Sequence[int],
    children: Mapping[int, Sequence[int]],
    leaves: Mapping[int, int],
    depth: Mapping[int, int],
) -> list[Point]:
    deepest = max(depth.values()) or 1
    points: dict[int, Point] = {}
    wedge: dict[int, tuple[float, float]] = {}
    _share_out(roots, (-math.pi, math.pi), leaves, wedge)
    for node in order:
        first, last = wedge[node]
        points[node] = _at((first + last) / 2, 1.18 * depth[node] / deepest)
        _share_out(children[node], (first, last), leaves, wedge)
    return [points[node] for node in range(len(order))]


def _share_out(
    nodes: Sequence[int], room: tuple[float, float], leaves: Mapping[int, int], wedge: dict[int, tuple[float, float]]
) -> None:
    whole = sum(leaves[node] for node in nodes) or 1
    angle = room[0]
    for node in nodes:
        step = (room[1] - room[0]) * leaves[node] / whole
        wedge[node] = (angle, angle + step)
        angle += step


def _strongest_tree(count: int, edges: Sequence[Edge]) -> list[tuple[int, int]]:
    group = list(range(count))

    def find(node: int) -> int:
        while group[node] != node:
            group[node] = group[group[node]]
            node = group[node]
        return node

    tree = []
    for edge in sorted(edges, key=lambda one: (-one.score, one.left, one.right)):
        left, right = find(edge.left), find(edge.right)
        if left != right:
            group[right] = left
            tree.append((edge.left, edge.right))
    return tree


def _rooted(count: int, tree: Sequence[tuple[int, int]]) -> tuple[dict[int, list[int]], list[int]]:
    near: dict[int, list[int]] = {node: [] for node in range(count)}
    for left, right in tree:
        near[left].append(right)
        near[right].append(left)
    children: dict[int, list[int]] = {node: [] for node in range(count)}
    roots: list[int] = []
    seen: set[int] = set()
    for start in sorted(near, key=lambda node: (-len(near[node]), node)):
        if start in seen:
            continue
        roots.append(start)
        seen.add(start)
        queue = [start]
        for node in queue:
            for other in sorted(near[node]):
                if other not in seen:
                    seen.add(other)
                    children[node].append(other)
                    queue.append(other)
    return children, roots
