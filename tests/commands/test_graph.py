"""`iamgen graph` as a person types it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from iamgen.access_model import ModelSource
from iamgen.commands import graph as command
from iamgen.commands.graph import GraphRequest, graph
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.ui.console import Console
from tests.conftest import NOW

MakeRepo = Callable[..., Path]


@pytest.fixture
def console() -> Console:
    return Console(io.StringIO(), io.StringIO(), coloured=False, answers=io.StringIO())


def printed(stream: object) -> str:
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def test_a_picture_is_written(make_repo: MakeRepo, console: Console, tmp_path: Path) -> None:
    file = tmp_path / "pictures/access.svg"
    assert graph(GraphRequest(ModelSource(make_repo()), output=file), console) == 0
    assert (printed(console.out), printed(console.err)) == ("", f"written: {file}\n")
    assert ET.fromstring(file.read_text("utf-8")).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # our own


def test_a_picture_is_printed(make_repo: MakeRepo, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "is_too_large", lambda _picture, _text: True)
    assert graph(GraphRequest(ModelSource(make_repo()), "mermaid", account="prod"), console) == 0
    picture = printed(console.out)
    assert 'subgraph a1["prod 333333333333<br>production<br>nobody: AdminR"]' in picture
    assert "dev" not in picture
    assert printed(console.err) == (
        "warning: mermaid: code hosts draw 500 lines and 50,000 letters at most, and this picture has more\n"
        "hint: draw less of it with --in ACCOUNT, --of WHO or --fold team, or take --format svg\n"
    )


def test_all_that_is_wrong_with_the_request_is_told_at_once(make_repo: MakeRepo, console: Console) -> None:
    with pytest.raises(IamgenError) as info:
        graph(GraphRequest(ModelSource(make_repo()), "dot", None, "bbo", "prd", "soon"), console)
    assert [fault.where for fault in info.value.faults] == ["bbo", "prd", "--at-time"]
    assert printed(console.out) == ""


def test_the_picture_of_the_docs_is_that_of_the_example(
    console: Console, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    root = Path(__file__).resolve().parents[2]
    graph(GraphRequest(ModelSource(root)), console)
    picture = root / "docs/access.svg"
    if request.config.getoption("--rewrite"):
        picture.write_text(printed(console.out), "utf-8")
    assert printed(console.out) == picture.read_text("utf-8")


def test_a_terminal_is_not_filled_with_svg(
    make_repo: MakeRepo, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo()
    monkeypatch.setattr(console.out, "isatty", lambda: True)
    with pytest.raises(UsageError) as refused:
        graph(GraphRequest(ModelSource(root)), console)
    problem = "the picture is for a browser, and a terminal would show its SVG"
    assert refused.value.faults == (Fault("graph", problem, "name a file: iamgen graph -o access.svg"),)
    assert graph(GraphRequest(ModelSource(root), "mermaid"), console) == 0
