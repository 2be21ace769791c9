"""Give each box of the picture its place: people at the left, accounts in the middle, machines at the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iamgen.graph.access_graph import AccessGraph, GraphAccount, GraphSubject, GraphTarget
from iamgen.graph.crossings import Blocks, ColumnOrder, ordered

MARGIN = 20
SUBJECT_WIDTH, ACCOUNT_WIDTH, GAP = 230, 370, 150
HEADING, ROW, LINE, PADDING, SPACE = 22, 22, 16, 8, 8
BLOCK_SPACE = 18
_MOST_STRETCH = 240


@dataclass(frozen=True)
class PlacedBox:
    """A box with its place, in pixels."""

    x: int
    """Where it begins at the left."""
    y: int
    """Where it begins at the top."""
    width: int
    """How wide it is."""
    height: int
    """How high it is."""

    @property
    def right(self) -> int:
        """Where it ends at the right."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Where it ends at the bottom."""
        return self.y + self.height


@dataclass(frozen=True)
class PlacedGraph:
    """The picture with the place of everything."""

    graph: AccessGraph
    """What is drawn."""
    subjects: Mapping[str, PlacedBox]
    """The boxes of subjects by key."""
    headings: tuple[tuple[str, int, int], ...]
    """The words above the subjects of a block, with x and y of where they begin."""
    accounts: Mapping[str, PlacedBox]
    """The boxes of accounts by key."""
    targets: Mapping[str, PlacedBox]
    """The boxes of roles and groups by key."""
    width: int
    """How wide everything is, without the margin at the right."""
    height: int
    """How high everything is, without the margin at the bottom."""


def placed(graph: AccessGraph) -> PlacedGraph:
    """Return the places of everything in a picture."""
    start = ColumnOrder(_by_heading(graph, machines=False), _by_account(graph), _by_heading(graph, machines=True))
    subjects = graph.subject_by_key
    links = [(link.source, link.target) for link in graph.links if link.source in subjects]
    order = ordered(start, links)
    columns = (
        _subject_column(order.people, subjects),
        _account_column(order.targets, graph),
        _subject_column(order.machines, subjects),
    )
    return _assembled(graph, columns)


def _by_heading(graph: AccessGraph, *, machines: bool) -> Blocks:
    """Return those on the side of machines, or of people, in blocks that have their headings."""
    blocks = (subjects for subjects in graph.subjects_by_heading.values() if subjects[0].is_machine is machines)
    return tuple(tuple(subject.key for subject in subjects) for subjects in blocks)


def _by_account(graph: AccessGraph) -> Blocks:
    """Return the targets of each account; an account without any stands for itself."""
    return tuple(tuple(target.key for target in account.targets) or (account.key,) for account in graph.accounts)


@dataclass
class _Column:
    """One column while it is filled, from the top to the bottom."""

    width: int
    boxes: dict[str, PlacedBox] = field(default_factory=dict)
    blocks: list[tuple[list[str], list[tuple[str, int]]]] = field(default_factory=list)
    y: int = 0

    def begin(self) -> None:
        """Begin a block: it has keys of boxes, and headings with their heights."""
        self.y += BLOCK_SPACE if self.blocks else 0
        self.blocks.append(([], []))

    def heading(self, words: str) -> None:
        """Put words above the next box."""
        self.blocks[-1][1].append((words, self.y))
        self.y += HEADING

    def box(self, key: str, y: int, height: int, inset: int = 0) -> None:
        """Put a box at a height."""
        self.boxes[key] = PlacedBox(inset, y, self.width - 2 * inset, height)
        self.blocks[-1][0].append(key)


def subject_height(subject: GraphSubject) -> int:
    """Return how high the box of a subject is: several have a line with their names."""
    return ROW + LINE if len(subject.names) > 1 else ROW


def target_height(target: GraphTarget) -> int:
    """Return how high a role or a group is, with its notes and terms."""
    return ROW + LINE * (len(target.notes) + len(target.terms))


def account_head(account: GraphAccount) -> int:
    """Return how high the head of an account is: several have a line with their names."""
    return HEADING + (LINE if len(account.names) > 1 else 0) + 4


def _subject_column(blocks: Blocks, subjects: Mapping[str, GraphSubject]) -> _Column:
    column = _Column(SUBJECT_WIDTH)
    for block in blocks:
        column.begin()
        column.heading(subjects[block[0]].heading)
        for key in block:
            height = subject_height(subjects[key])
            column.box(key, column.y, height)
            column.y += height + SPACE
        column.y -= SPACE
    return column


def _account_column(blocks: Blocks, graph: AccessGraph) -> _Column:
    column, accounts = _Column(ACCOUNT_WIDTH), {account.key: account for account in graph.accounts}
    for block in blocks:
        account = accounts.get(block[0]) or graph.account_of[block[0]]
        column.begin()
        top = column.y
        column.y += account_head(account)
        for target in account.targets:
            height = target_height(target)
            column.box(target.key, column.y, height, PADDING)
            column.y += height + SPACE // 2
        column.y += (LINE if account.unreached or not account.targets else 0) + SPACE // 2
        column.box(account.key, top, column.y - top)
    return column


def _assembled(graph: AccessGraph, columns: tuple[_Column, _Column, _Column]) -> PlacedGraph:
    """Return the columns beside each other, the lower ones stretched a little and put in the middle."""
    height = max(column.y for column in columns)
    boxes: dict[str, PlacedBox] = {}
    headings: list[tuple[str, int, int]] = []
    x = MARGIN
    for column in columns:
        if not column.blocks:
            continue
        step = min(_MOST_STRETCH, (height - column.y) // max(1, len(column.blocks)))
        top = MARGIN + (height - column.y - step * (len(column.blocks) - 1)) // 2
        for number, (keys, words) in enumerate(column.blocks):
            down = top + number * step
            headings += [(text, x, y + down) for text, y in words]
            for key in keys:
                box = column.boxes[key]
                boxes[key] = PlacedBox(box.x + x, box.y + down, box.width, box.height)
        x += column.width + GAP
    return PlacedGraph(
        graph,
        {subject.key: boxes[subject.key] for subject in graph.subjects},
        tuple(headings),
        {account.key: boxes[account.key] for account in graph.accounts},
        {key: boxes[key] for key in graph.targets},
        x - GAP,
        MARGIN + height,
    )
