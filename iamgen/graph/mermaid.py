"""Write the picture in the language of Mermaid, which GitHub and GitLab draw in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.graph.access_graph import AccessGraph
from iamgen.graph.plain_labels import account_words, link_words, subject_words, target_words
from iamgen.graph.text_width import shortened
from iamgen.ui.printable import printable

MOST_EDGES, MOST_LETTERS = 500, 50_000
"""What Mermaid draws unless it is configured otherwise: `maxEdges` and `maxTextSize` of its configuration."""
_LABEL = 60
_ARROWS = {"certain": "-->", "ending": "-.->", "perhaps": "-.->"}
_PLAIN = " ,:/@=-+"
_LIST = re.compile(r"\d+[.)]|-")


def mermaid_text(graph: AccessGraph) -> str:
    """Return a picture as a flowchart."""
    return "".join(f"{line}\n" for line in _lines(graph))


def is_too_large(graph: AccessGraph, text: str) -> bool:
    """Return whether Mermaid refuses to draw a picture that is written so, unless it is configured otherwise."""
    return len(graph.links) > MOST_EDGES or len(text) > MOST_LETTERS


def _lines(graph: AccessGraph) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  %% read from {_encoded(graph.origin)}"
    yield from (f"  %% not looked at: {_encoded(remark)}" for remark in graph.remarks)
    for number, (heading, subjects) in enumerate(graph.subjects_by_heading.items(), 1):
        yield f"  subgraph b{number}[{_quoted(heading)}]"
        yield from (f"    {subject.key}([{_quoted(*subject_words(subject))}])" for subject in subjects)
        yield "  end"
    for account in graph.accounts:
        yield f"  subgraph {account.key}[{_quoted(*account_words(account))}]"
        for target in account.targets:
            words = _quoted(*target_words(target))
            yield f"    {target.key}{f'[[{words}]]' if target.kind != 'role' else f'[{words}]'}"
        if not account.targets:
            yield f"    {account.key}n[{_quoted('nobody')}]"
        yield "  end"
    for link in graph.links:
        words = link_words(link)
        yield f"  {link.source} {_ARROWS[link.form]}{f'|{_quoted(words)}|' if words else ''} {link.target}"
    production = [account.key for account in graph.accounts if account.is_production]
    if production:
        yield f"  style {','.join(production)} stroke-width:3px" if len(production) == 1 else _styled(production)


def _styled(keys: list[str]) -> str:
    return f"  classDef production stroke-width:3px\n  class {','.join(keys)} production"


def _quoted(*lines: str) -> str:
    return f'"{"<br>".join(map(_escaped, lines))}"'


def _escaped(line: str) -> str:
    """Return a line of a label, shortened."""
    return _encoded(shortened(line, _LABEL))


def _encoded(text: str) -> str:
    """Return a text as Mermaid shows it as it is: neither markup, nor Markdown, nor the beginning of a directive.

    Mermaid writes a character as `#NUMBER;`. Letters, digits and a few signs are all that stay as they are.
    """
    visible = printable(text)
    start = len(match[0]) if (match := _LIST.match(visible)) else 0
    return "".join(
        character
        if (character.isalnum() or character in _PLAIN) and not (character in ".)-" and place < start)
        else f"#{ord(character)};"
        for place, character in enumerate(visible)
    )
