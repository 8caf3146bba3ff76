"""Where each unit stands in a genealogy: parents left, children right, lines between.

A layered drawing in three plain steps: the column of a unit is its longest way from an origin; the order in a column
follows the middle of the parents; lines are curves. Good for some thirty units; beyond that a page should count first
and show units on demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coign.kernel.frozen import dataclass

NODE_WIDTH = 208  # an identifier of sixteen signs in groups of four must fit uncut
NODE_HEIGHT = 48
COLUMN_GAP = 72
ROW_GAP = 14


@dataclass(frozen=True, slots=True)
class Unit:
    """One box: a bag, a batch, a sample, a lot that went in."""

    key: str
    label: str
    word: str
    status: str
    made_from: tuple[str, ...] = ()
    went_in: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A unit with its place."""

    x: int
    y: int
    label: str
    word: str
    status: str
    went_in: bool
    url: str
    parents: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a parent to a child; dashed where a lot went in."""

    path: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Genealogy:
    """The whole drawing, in pixels."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int
    height: int
    node_width: int = NODE_WIDTH
    node_height: int = NODE_HEIGHT


def genealogy(units: Sequence[Unit]) -> Genealogy:
    """Lay the units out. A circle or an unknown parent is a mistake of the caller and is named."""
    by_key = {unit.key: unit for unit in units}
    columns = into_columns(by_key)
    rows = max((len(column) for column in columns), default=0)
    height = max(rows * (NODE_HEIGHT + ROW_GAP) - ROW_GAP, 0) + 4
    places: dict[str, tuple[int, int]] = {}
    for number, column in enumerate(columns):
        top = (height - len(column) * (NODE_HEIGHT + ROW_GAP) + ROW_GAP) // 2
        for row, unit in enumerate(column):
            places[unit.key] = (2 + number * (NODE_WIDTH + COLUMN_GAP), top + row * (NODE_HEIGHT + ROW_GAP))
    nodes = tuple(
        Node(
            *places[unit.key], unit.label, unit.word, unit.status, unit.went_in, unit.url,
            ", ".join(by_key[parent].label for parent in unit.made_from) or "—",
        )
        for column in columns
        for unit in column
    )  # fmt: skip
    edges = tuple(
        Edge(curve(places[parent], places[unit.key]), by_key[parent].went_in)
        for unit in units
        for parent in unit.made_from
    )
    width = max(len(columns) * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP, 0) + 4
    return Genealogy(nodes, edges, width, height)


def into_columns(by_key: Mapping[str, Unit]) -> list[list[Unit]]:
    """Columns from origin to end. Lots that went in stand one column before what they went into."""
    depth: dict[str, int] = {}
    for key in by_key:
        depth[key] = depth_of(key, by_key, (), depth)
    for key, unit in by_key.items():
        children = [depth[other.key] for other in by_key.values() if key in other.made_from]
        if unit.went_in and children:
            depth[key] = max(min(children) - 1, 0)
    columns: list[list[Unit]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, unit in by_key.items():
        columns[depth[key]].append(unit)
    position: dict[str, float] = {}
    for column in columns:
        middles = {u.key: middle(u, position, order) for order, u in enumerate(column)}
        column.sort(key=lambda u, m=middles: (u.went_in, m[u.key]))  # type: ignore[misc]
        for order, unit in enumerate(column):
            position[unit.key] = order - (len(column) - 1) / 2
    return columns


def middle(unit: Unit, position: Mapping[str, float], otherwise: int) -> float:
    """The mean place of the parents; the given order where there is none."""
    known = [position[parent] for parent in unit.made_from if parent in position]
    return sum(known) / len(known) if known else float(otherwise)


def depth_of(key: str, by_key: Mapping[str, Unit], below: tuple[str, ...], known: dict[str, int]) -> int:
    """Longest way from an origin, counted in steps; `known` keeps what was counted before."""
    if key in known:
        return known[key]
    if key in below:
        raise ValueError(f"genealogy: {key} descends from itself")
    if key not in by_key:
        raise ValueError(f"genealogy: {below[-1]} is made from {key}, which is not among the units")
    parents = by_key[key].made_from
    steps = [depth_of(parent, by_key, (*below, key), known) for parent in parents]
    known[key] = 1 + max(steps) if steps else 0
    return known[key]


def curve(parent: tuple[int, int], child: tuple[int, int]) -> str:
    """A line from the right edge of the parent to the left edge of the child."""
    x1, y1 = parent[0] + NODE_WIDTH, parent[1] + NODE_HEIGHT // 2
    x2, y2 = child[0], child[1] + NODE_HEIGHT // 2
    bend = (x2 - x1) // 2
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
