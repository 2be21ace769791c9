"""The pages of the documentation that come with iamgen: their names, and the text of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from iamgen.errors import UsageError, refuse
from iamgen.similar_names import closest, suggestion

_INDEX = "index"
_PLACES = (Path(__file__).parent / "docs", Path(__file__).parents[1] / "docs")
"""Where the pages are: in an installed package, or beside it in a clone."""
_HEADING = re.compile(r"## (?P<heading>.+)")
_SECTION = re.compile(r"^##+ (.+)$", re.MULTILINE)
_MOST = 3
"""Pages or sections that a hint names."""
_ENTRY = re.compile(r"- \[(?P<title>[^\]]+)\]\((?P<page>[\w-]+)\.md\)(?P<rest>.*)")


def page_names() -> list[str]:
    """Return the names of all pages, in alphabetical order."""
    return sorted(path.stem for path in _folder().glob("*.md"))


def page_text(word: str) -> str:
    """Return a page, in Markdown. It may also be named as links between pages name it: `drift.md`, `deploy.md#plans`.

    Raises UsageError for a page that does not exist.
    """
    name = word.rpartition("/")[2].partition("#")[0].removesuffix(".md").casefold()
    if name not in page_names():
        raise UsageError(refuse(f"docs {word}", "there is no such page", _advice(name)).faults)
    return (_folder() / f"{name}.md").read_text(encoding="utf-8")


def _advice(word: str) -> str:
    """Return which page was probably meant: one whose name begins so or is alike, or one with a section about it."""
    names = page_names()
    beginning = [name for name in names if word and name.startswith(word)]
    if alike := beginning or closest(word, names):
        return suggestion(alike[:_MOST])
    topic = word.replace("-", " ").strip()
    sections = [f"{heading} in iamgen docs {name}" for name in names for heading in _headings(name, topic)]
    return f"look at {', or at '.join(sections[:_MOST])}" if sections else "iamgen docs lists the pages"


def _headings(name: str, topic: str) -> list[str]:
    """Return the headings of a page's sections that have a topic in them; none for a topic of no letters."""
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    return [heading for heading in _SECTION.findall(text) if topic and topic in heading.casefold()]


def pages_by_heading() -> Mapping[str, Mapping[str, str]]:
    """Return what the index lists under each of its headings: pages, each with a line that describes it."""
    sections: dict[str, dict[str, str]] = {}
    heading = ""
    for line in page_text(_INDEX).splitlines():
        if match := _HEADING.fullmatch(line):
            heading = match["heading"]
        elif match := _ENTRY.fullmatch(line):
            sections.setdefault(heading, {})[match["page"]] = _description(match["title"], match["rest"])
    return sections


def contents() -> str:
    """Return the list of all pages, as `iamgen --help` lists the commands."""
    return "\n".join(_section(heading, pages) for heading, pages in pages_by_heading().items())


def _section(heading: str, pages: Mapping[str, str]) -> str:
    return "".join(_rows(heading, pages))


def _rows(heading: str, pages: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, page_names()))
    yield f"{heading}:\n"
    yield from (f"  {name:<{width}}  {description}\n" for name, description in pages.items())


def _description(title: str, rest: str) -> str:
    """Return what stands behind the title of a page, or the whole entry where that is a sentence of its own."""
    text = rest.removeprefix(": ") if rest.startswith(": ") else f"{title}{rest}"
    return f"{text[0].upper()}{text[1:]}"


def _folder() -> Path:
    return next(folder for folder in _PLACES if (folder / f"{_INDEX}.md").is_file())
