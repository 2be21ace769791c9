"""Write the picture in the language of Graphviz: `dot -Tsvg access.dot` draws it."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.graph.access_graph import AccessGraph, GraphAccount, GraphLink, GraphTarget
from iamgen.graph.plain_labels import account_words, link_words, subject_words, target_words
from iamgen.ui.printable import printable

_STYLES = {"certain": "solid", "ending": "dashed", "perhaps": "dotted"}


def dot_text(graph: AccessGraph) -> str:
    """Return a picture as a digraph."""
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: AccessGraph) -> Iterator[str]:
    yield "digraph access {"
    yield '  graph [rankdir="LR", fontname="monospace"];'
    yield '  node [shape="box", fontname="monospace"];'
    yield f"  // read from {printable(graph.origin)}"
    yield from (f"  // not looked at: {printable(remark)}" for remark in graph.remarks)
    for number, (heading, subjects) in enumerate(graph.subjects_by_heading.items(), 1):
        yield f"  subgraph cluster_s{number} {{"
        yield f"    label={_quoted(heading)};"
        yield from (f"    {_node(subject.key, subject_words(subject), subject.title)}" for subject in subjects)
        yield "  }"
    for account in graph.accounts:
        yield from _account(account)
    yield from (f"  {_edge(link)}" for link in graph.links)
    yield "}"


def _account(account: GraphAccount) -> Iterator[str]:
    yield f"  subgraph cluster_{account.key} {{"
    yield f"    label={_quoted(*account_words(account))};"
    if account.is_production:
        yield '    penwidth="3";'
    yield from (f"    {_target(target)}" for target in account.targets)
    if not account.targets:  # a cluster without a node is not drawn
        yield f"    {_node(account.key, ('nobody',), ())}"
    yield "  }"


def _target(target: GraphTarget) -> str:
    return _node(target.key, target_words(target), target.title, "rounded" if target.kind != "role" else "")


def _node(key: str, words: tuple[str, ...], title: tuple[str, ...], style: str = "") -> str:
    styled = f", style={_quoted(style)}" if style else ""
    tooltip = f", tooltip={_quoted(*title)}" if title else ""
    return f"{key} [label={_quoted(*words)}{tooltip}{styled}];"


def _edge(link: GraphLink) -> str:
    words = link_words(link)
    label = f", label={_quoted(words)}" if words else ""
    return f'{link.source} -> {link.target} [style="{_STYLES[link.form]}"{label}, tooltip={_quoted(*link.title)}];'


def _quoted(*lines: str) -> str:
    r"""Return lines as a quoted string. Graphviz reads `\N` and `&amp;` in labels; nothing of a name is taken so."""
    escaped = (printable(line).replace("&", "&amp;").replace("\\", r"\\").replace('"', r"\"") for line in lines)
    return '"' + r"\n".join(escaped) + '"'
