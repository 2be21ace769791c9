"""What a person sees and is asked: the plan is where the question is, and a stream that is gone ends nothing."""

from __future__ import annotations

import io
import os

import pytest

from iamgen.errors import Fault
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

PLAN = "+ ReadR\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "asks", "as_json", "seen_so_far"),
    [
        (io.StringIO, True, False, (PLAN, PLAN)),
        (Terminal, True, False, (PLAN, "")),
        (io.StringIO, False, False, (PLAN, "")),
        (io.StringIO, True, True, ("", PLAN)),
        (Terminal, True, True, ("", PLAN)),
        (io.StringIO, False, True, ("", "")),
    ],
)
def test_a_plan_is_where_the_question_is(
    out: type[io.StringIO], asks: bool, as_json: bool, seen_so_far: tuple[str, str]
) -> None:
    console = Console(out(), Terminal(), coloured=False, answers=Terminal())
    console.show_plan([PlanLine("ReadR", "+")], asks=asks, as_json=as_json)
    assert isinstance(console.out, io.StringIO)
    assert isinstance(console.err, io.StringIO)
    assert (console.out.getvalue(), console.err.getvalue()) == seen_so_far


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_only_yes_is_yes(answer: str, is_yes: bool) -> None:
    console = Console(io.StringIO(), Terminal(), coloured=False, answers=Terminal(answer))
    assert console.confirm("Do it?") is is_yes


def test_whose_terminal_is_gone_does_not_answer() -> None:
    class Gone(Terminal):
        def readline(self, _size: int | None = -1) -> str:  # type: ignore[override]  # of a stub
            raise OSError(5, "Input/output error")

    assert not Console(io.StringIO(), Terminal(), coloured=False, answers=Gone()).confirm("Do it?")


def test_messages_that_cannot_be_shown_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8", buffering=1) as err:  # noqa: PTH123  # of a descriptor
        monkeypatch.setattr("sys.stderr", err)
        console = Console.standard()
        for _ in range(3):
            console.note("cleaning up")
        console.err.flush()


def test_what_a_terminal_would_obey_is_shown_as_an_escape() -> None:
    console = Console(io.StringIO(), Terminal(), coloured=True, answers=Terminal("n\n"))
    console.error(Fault("users.py:1\x1b[2J", "key '\x07'\nand more\x9b", "look at: x = '\x1b]0;title'"))
    console.warning(Fault("\u202ea", "b"))
    console.note("line\n\tplan \x1b[31m")
    console.confirm("Deploy \x1b[8m?")
    assert isinstance(console.err, io.StringIO)
    assert console.err.getvalue() == (
        "\033[1;31merror:\033[0m users.py:1\\x1b[2J: key '\\x07'\nand more\\x9b\n"
        "\033[36mhint:\033[0m look at: x = '\\x1b]0;title'\n"
        "\033[1;33mwarning:\033[0m \\u202ea: b\n"
        "line\n\\tplan \\x1b[31m\n"
        "Deploy \\x1b[8m? [y/N] "
    )


ARN = "arn:aws:iam::222222222222:role/teams/platform/infra-Reader-222222222222"
COMMAND = "iamgen deploy shop-production --lock-me-out --allow-replacement --yes"
LONG = Fault("users.py:3", f"the role trusts {ARN}, which nobody has declared so far", f"look, and allow it: {COMMAND}")


@pytest.mark.parametrize(("word", "colour"), [("error", "\033[1;31m"), ("warning", "\033[1;33m")])
def test_messages_end_at_the_width_of_the_terminal(word: str, colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ARN and a command stay whole, also where they are wider; the colour is that of the first word alone."""
    monkeypatch.setattr("iamgen.ui.console._columns", lambda _stream: 60)
    console = Console(io.StringIO(), Terminal(), coloured=True, answers=Terminal())
    console.error(LONG) if word == "error" else console.warning(LONG)
    assert isinstance(console.err, io.StringIO)
    assert console.err.getvalue().splitlines() == [
        f"{colour}{word}:\033[0m users.py:3: the role trusts",
        f"{ARN},",
        "    which nobody has declared so far",
        "\033[36mhint:\033[0m look, and allow it:",
        COMMAND,
    ]


def test_messages_in_a_pipe_are_whole_lines() -> None:
    console = Console(io.StringIO(), io.StringIO(), coloured=False, answers=Terminal())
    console.warning(LONG)
    assert isinstance(console.err, io.StringIO)
    assert console.err.getvalue() == f"warning: users.py:3: {LONG.problem}\nhint: {LONG.hint}\n"


def test_what_follows_a_command_may_be_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamgen.ui.console._columns", lambda _stream: 50)
    console = Console(io.StringIO(), Terminal(), coloured=False, answers=Terminal())
    console.warning(Fault("a", "b", "run git config user.name Alice --global; then iamgen may go on\nand a line"))
    assert isinstance(console.err, io.StringIO)
    assert console.err.getvalue().splitlines() == [
        "warning: a: b",
        "hint: run git config user.name Alice --global;",
        "    then iamgen may go on",
        "and a line",
    ]


@pytest.mark.parametrize(
    ("term", "no_colour", "coloured"), [("xterm", "", True), ("dumb", "", False), ("xterm", "1", False)]
)
def test_only_a_terminal_that_knows_colours_gets_them(
    term: str, no_colour: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("NO_COLOR", no_colour)
    assert Console.standard().coloured is coloured
    assert Console.standard("always").coloured
    assert not Console.standard("never").coloured


def test_a_text_for_a_person_is_laid_out_on_a_terminal_alone() -> None:
    text = f"error: {'word ' * 40}end\n"
    screen, pipe = Terminal(), io.StringIO()
    for out in (screen, pipe):
        Console(out, Terminal(), coloured=True, answers=Terminal()).show_text(text)
    assert pipe.getvalue() == text
    assert "\x1b[31merror:\x1b[0m word" in screen.getvalue()
    assert max(map(len, screen.getvalue().splitlines())) < 140
