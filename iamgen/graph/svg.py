"""Write the picture as SVG, without a script, and without anything that is loaded from elsewhere.

svg_text(graph)                        a file of its own, with its style
svg_text(graph, is_inline=True)        a part of a page, which has `svg_style.STYLE` once
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap

from iamgen.graph.access_graph import AccessGraph, GraphAccount, GraphLink, GraphSubject, GraphTarget
from iamgen.graph.graph_words import account_label, number_of, terms_line
from iamgen.graph.placement import ACCOUNT_WIDTH, LINE, MARGIN, PADDING, ROW, PlacedBox, PlacedGraph, placed
from iamgen.graph.svg_elements import element, text, title
from iamgen.graph.svg_style import FONT_COLUMN, STYLE
from iamgen.graph.text_width import shortened
from iamgen.ui.printable import printable

_BASELINE = 15
_TIP = 6
_ID_COLUMNS = 13
_SAMPLE = 46


def svg_text(graph: AccessGraph, *, is_inline: bool = False, name: str = "ig") -> str:
    """Return a picture as SVG. `name` begins every id in it: several pictures of one page have different ones."""
    return _SvgPicture(placed(graph), name).written(is_inline=is_inline)


@dataclass(frozen=True, eq=False)
class _SvgPicture:
    """A picture whose parts have places, while it is written."""

    places: PlacedGraph
    """The picture with its places."""
    name: str
    """How ids begin."""

    def written(self, *, is_inline: bool) -> str:
        """Return the whole picture."""
        graph = self.places.graph
        width = max(self.places.width, MARGIN + 2 * ACCOUNT_WIDTH) + MARGIN
        footer = list(self._footer(width))
        height = self.places.height + MARGIN + LINE * len(footer) + MARGIN
        content = [
            "" if is_inline else element("style", STYLE),
            element("rect", class_="ig-ground", width=width, height=height),
            *(self._frame(account) for account in graph.accounts),
            *self._headings(),
            element("g", *self._nodes(), class_="ig-all"),
            *footer,
        ]
        label = f"Who reaches which role in which account: {graph.origin}"
        picture = element(
            "svg",
            "\n",
            *(f"{item}\n" for item in content if item),
            xmlns="" if is_inline else "http://www.w3.org/2000/svg",
            class_="ig",
            width=width,
            height=height,
            viewBox=f"0 0 {width} {height}",
            role="img",
            aria_label=label,
        )
        return f"{picture}\n"

    def _nodes(self) -> Iterator[str]:
        graph = self.places.graph
        yield from (f"\n{self._subject(subject)}" for subject in graph.subjects)
        yield from (f"\n{self._target(target)}" for target in graph.targets.values())

    def _headings(self) -> Iterator[str]:
        yield from (text(words, x, y + _BASELINE, 36, "ig-head") for words, x, y in self.places.headings)

    def _frame(self, account: GraphAccount) -> str:
        """Return the frame of an account with its head, and the roles as which nobody can act at its bottom."""
        box = self.places.accounts[account.key]
        production = " · production" if account.is_production else ""
        ids = account.ids[0] if len(account.ids) == 1 and account.ids[0] not in account.names else ""
        room = _columns(box.width - 2 * PADDING) - _ID_COLUMNS * bool(ids)
        head = "ig-head ig-danger" if production else "ig-head"
        label = account_label(account.names)
        x, y = box.x + PADDING, box.y + _BASELINE + 2
        parts = [
            title(tuple(wrap(f"{', '.join(account.names)} ({', '.join(account.ids)}){production}", 100))),
            _rectangle(box, f"ig-account{' ig-production' if production else ''}", 6),
            text(f"{shortened(label, room - len(production))}{production}", x, y, room, head),
            text(ids, box.right - PADDING - 12 * FONT_COLUMN, y, _ID_COLUMNS, "ig-small") if ids else "",
        ]
        if len(account.names) > 1:
            parts.append(text(", ".join(account.names), x, y + LINE, _columns(box.width - 2 * PADDING), "ig-small"))
        unreached = f"nobody: {', '.join(account.unreached)}" if account.unreached else "nobody"
        if account.unreached or not account.targets:
            parts.append(text(unreached, x, box.bottom - PADDING, _columns(box.width - 2 * PADDING), "ig-small"))
        return element("g", *parts)

    def _subject(self, subject: GraphSubject) -> str:
        """Return somebody with the lines that begin there, and what is shown only while somebody points at it."""
        box = self.places.subjects[subject.key]
        side = PlacedBox(box.x if not subject.is_machine else box.right - 4, box.y, 4, box.height)
        is_many = len(subject.names) > 1
        label = number_of(subject.kind, len(subject.names)) if is_many else subject.names[0]
        room = _columns(box.width - 24)
        own = self._links_from.get(subject.key, [])
        over = [link for link in self._links_of.get(subject.key, ()) if link.source != subject.key]
        reached = dict.fromkeys(link.target for link in (*own, *over))
        kind = "ig-of-machine" if subject.is_machine else "ig-of-person"
        return element(
            "g",
            title(subject.title),
            *(self._link(link) for link in own),
            *(self._use(f"l{self._numbers[link]}", "ig-over") for link in over),
            *(self._use(key, "ig-over ig-reached") for key in reached),
            _rectangle(box, "ig-box", 3),
            _rectangle(side, "ig-side", 0),
            text(label, box.x + 12, box.y + _BASELINE, room, "ig-head" if is_many else ""),
            text(", ".join(subject.names), box.x + 12, box.y + _BASELINE + LINE, room, "ig-small") if is_many else "",
            class_=f"ig-node {kind}",
        )

    def _target(self, target: GraphTarget) -> str:
        """Return a role or a group with the lines from it to further roles; those to it show while it is pointed at."""
        box = self.places.targets[target.key]
        room, x = _columns(box.width - 20), box.x + 10
        rows = [
            *((note, "ig-small ig-danger" if target.kind == "role" else "ig-small") for note in target.notes),
            *((terms, "ig-small") for terms in target.terms),
        ]
        return element(
            "g",
            title(target.title),
            *(self._link(link) for link in self._links_from.get(target.key, ())),
            *(self._use(f"l{self._numbers[link]}", "ig-over") for link in self._links_to.get(target.key, ())),
            _rectangle(box, f"ig-box{'' if target.kind == 'role' else ' ig-group'}", 3, f"{self.name}-{target.key}"),
            text(target.words, x, box.y + _BASELINE, room),
            *(text(row, x, box.y + ROW + LINE * number + 10, room, form) for number, (row, form) in enumerate(rows)),
            class_="ig-node ig-of-role",
        )

    @cached_property
    def _numbers(self) -> Mapping[GraphLink, int]:
        return {link: number for number, link in enumerate(self.places.graph.links, 1)}

    @cached_property
    def _links_of(self) -> Mapping[str, list[GraphLink]]:
        """The links that are a part of a subject's ways, also those from one role to another."""
        return self._links_by(lambda link: link.subjects)

    @cached_property
    def _links_from(self) -> Mapping[str, list[GraphLink]]:
        return self._links_by(lambda link: (link.source,))

    @cached_property
    def _links_to(self) -> Mapping[str, list[GraphLink]]:
        return self._links_by(lambda link: (link.target,))

    def _links_by(self, keys: Callable[[GraphLink], Iterable[str]]) -> Mapping[str, list[GraphLink]]:
        links: dict[str, list[GraphLink]] = defaultdict(list)
        for link in self.places.graph.links:
            for key in keys(link):
                links[key].append(link)
        return links

    def _use(self, key: str, class_: str) -> str:
        return element("use", href=f"#{self.name}-{key}", class_=class_)

    def _link(self, link: GraphLink) -> str:
        """Return a line. Its colour is that of whose line it is, also where it is shown once more."""
        path, tip = self._curve(link)
        source = self.places.graph.subject_by_key.get(link.source)
        kind = "ig-of-role" if source is None else "ig-of-machine" if source.is_machine else "ig-of-person"
        form = f"ig-path ig-{link.form}{' ig-partial' if link.is_partial else ''}"
        line = element("path", class_=form, d=path)
        drawn = element("g", line, element("path", class_="ig-tip", d=tip), class_=kind, id=self._link_id(link))
        return element("g", title(link.title), drawn, class_="ig-link")

    def _link_id(self, link: GraphLink) -> str:
        return f"{self.name}-l{self._numbers[link]}"

    def _curve(self, link: GraphLink) -> tuple[str, str]:
        """Return the path of a line, and of the tip at its end: in the row of the terms, where it has terms."""
        target = self.places.targets[link.target]
        y = target.y + self._row(link)
        source = self.places.subjects.get(link.source)
        if source is None:
            start = self.places.targets[link.source]
            bulge = 24 + abs(y - start.y) // 6
            first, last = (start.right, start.y + ROW // 2), (target.right + _TIP, y)
            bends = (first[0] + bulge, first[1]), (last[0] + bulge, y)
        else:
            begin, end = (source.right, target.x - _TIP) if source.x < target.x else (source.x, target.right + _TIP)
            first, last = (begin, source.y + source.height // 2), (end, y)
            bends = ((begin + end) // 2, first[1]), ((begin + end) // 2, y)
        direction = _TIP if last[0] < target.x else -_TIP
        points = " ".join(f"{x},{height}" for x, height in (*bends, last))
        return f"M{first[0]},{first[1]}C{points}", f"M{last[0]},{y - 4}l{direction},4l{-direction},4z"

    def _row(self, link: GraphLink) -> int:
        target = self.places.graph.targets[link.target]
        if not link.terms:
            return ROW // 2
        return ROW + LINE * (len(target.notes) + target.terms.index(terms_line(link.terms, link.names))) + LINE // 2 - 2

    def _footer(self, width: int) -> Iterator[str]:
        """Yield what the forms of lines mean, what was read, and what was not looked at."""
        y = self.places.height + MARGIN + LINE
        forms = {link.form for link in self.places.graph.links}
        partial = {"partial"} if any(link.is_partial for link in self.places.graph.links) else set[str]()
        for form, words in _LEGEND.items():
            if form in forms | partial:
                path = element("path", class_=f"ig-path ig-{form}", d=f"M{MARGIN},{y - 4}h{_SAMPLE - 8}")
                words_beside = text(words, MARGIN + _SAMPLE, y, _columns(width - 2 * MARGIN - _SAMPLE), "ig-small")
                yield element("g", path, words_beside, class_="ig-of-role")
                y += LINE
        graph = self.places.graph
        remarks = printable(f"Read from {graph.origin}. Not looked at: {'; '.join(graph.remarks)}.")
        columns = _columns(width - 2 * MARGIN)
        for row in wrap(remarks, columns if remarks.isascii() else columns // 2):  # wide letters take two columns
            yield text(row, MARGIN, y, columns, "ig-small")
            y += LINE


_LEGEND = {
    "certain": "can act as the role, without an end; is in the group; has the policies",
    "ending": "until the time that stands in the role",
    "perhaps": "perhaps: nobody can know it before the request",
    "partial": "only part of those who are drawn as one: the line says who",
}


def _columns(width: float) -> int:
    return int(width / FONT_COLUMN)


def _rectangle(box: PlacedBox, class_: str, radius: int, id_: str = "") -> str:
    size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return element("rect", class_=class_, id=id_, rx=radius, **size)
