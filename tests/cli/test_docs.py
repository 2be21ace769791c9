"""`iamgen docs`: the documentation that comes along, and messages that lead to pages that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

import iamgen as package
from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.documentation import page_names, page_text
from iamgen.errors import Fault, UsageError
from iamgen.ui.console import Console
from iamgen.ui.markdown import for_terminal

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = Path(package.__file__).parent
WRITTEN_FOR_THE_PROJECT = {"check/rules/page.py"}
"""Modules that make a page of docs/, and say so."""


def run(*words: str) -> object:
    return program.main(["docs", *words], standalone_mode=False, obj=Session(Console.standard()))


def test_without_a_page_all_are_listed_as_the_index_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    out, err = capsys.readouterr()
    assert err == "next: iamgen docs PAGE shows a page\n"
    lines = out.splitlines()
    assert lines[:2] == ["Begin:", "  first-hour    From nothing to a rehearsed deployment of accounts of your own"]
    assert "  own-roles     Roles and policies of your own" in lines
    assert "  comparison    How iamgen compares with other tools" in lines
    assert max(map(len, lines)) <= 80
    headings = re.findall(r"^## (.+)$", (PROJECT / "docs/index.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [line.removesuffix(":") for line in lines if line.endswith(":")] == headings
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert sorted([*listed, "index"]) == page_names() == sorted(path.stem for path in PROJECT.glob("docs/*.md"))


@pytest.mark.parametrize("word", ["drift", "Drift", "drift.md", "docs/drift.md", "drift.md#a-heading"])
def test_a_page_is_printed_as_it_stands_where_there_is_no_terminal(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(word) == 0
    assert capsys.readouterr() == ((PROJECT / "docs/drift.md").read_text(encoding="utf-8"), "")


@pytest.mark.parametrize(("is_coloured", "heading"), [(True, "\033[1m# Drift\033[0m"), (False, "# Drift")])
def test_a_terminal_has_the_page_in_a_pager(
    monkeypatch: pytest.MonkeyPatch, is_coloured: bool, heading: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paged: list[str] = []
    console = Console.standard("always" if is_coloured else "never")
    monkeypatch.setattr(console.out, "isatty", lambda: True)
    monkeypatch.setattr("click.echo_via_pager", paged.append)
    monkeypatch.setenv("COLUMNS", "80")
    assert program.main(["docs", "drift"], standalone_mode=False, obj=Session(console)) == 0
    (text,) = paged
    assert text.splitlines()[0] == heading
    assert f"{text}\n" == for_terminal(page_text("drift"), 80, coloured=is_coloured)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("firstday", "did you mean first-day?"),
        ("first", "did you mean first-day or first-hour?"),
        ("break-glass", "look at Break glass in iamgen docs how-to"),
        ("break glass", "look at Break glass in iamgen docs how-to"),
        ("xyzzy", "iamgen docs lists the pages"),
        ("", "iamgen docs lists the pages"),
    ],
)
def test_a_page_that_does_not_exist_is_refused(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        run(word)
    assert raised.value.faults == (Fault(f"docs {word}", "there is no such page", hint),)


def test_pages_are_completed() -> None:
    completion = ShellComplete(program, {}, "iamgen", "_IAMGEN_COMPLETE")
    assert [item.value for item in completion.get_completions(["docs"], "fi")] == ["first-day", "first-hour"]
    assert [item.value for item in completion.get_completions(["docs"], "")] == page_names()


def texts() -> Iterator[tuple[str, str]]:
    """Yield the strings of modules that name pages, docstrings too, for those of commands and types are shown; and the
    templates."""
    for path in PACKAGE.rglob("*"):
        name = str(path.relative_to(PACKAGE))
        if name.startswith("templates/") and path.is_file():
            yield name, path.read_text(encoding="utf-8")
        elif path.suffix == ".py" and name not in WRITTEN_FOR_THE_PROJECT and b"docs" in (source := path.read_bytes()):
            constants = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
            yield from ((name, node.value) for node in constants if isinstance(node.value, str))


def test_no_message_names_a_file_of_docs_and_each_page_that_one_names_exists() -> None:
    """Whoever has installed iamgen has no docs/ of it."""
    every = list(texts())
    assert [(name, text) for name, text in every if re.search(r"docs/[\w-]+\.(md|html)", text)] == []
    named = [
        match
        for _, text in every
        for match in re.finditer(r"iamgen docs ([a-z][\w-]+)(?:, under ([A-Z][\w ]+))?", text)
    ]
    prose = {"lists", "shows"}  # `iamgen docs lists the pages`
    pages = [match for match in named if match[1] not in prose]
    assert len(pages) > 10
    assert {match[1] for match in pages} <= set(page_names())
    for match in pages:
        assert match[2] is None or f"\n## {match[2]}\n" in page_text(match[1]), match[0]
