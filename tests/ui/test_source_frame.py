"""A source line with carets: it fits the terminal, whatever is in it, and steers nothing."""

from __future__ import annotations

import io

import pytest

from iamgen.errors import Fault
from iamgen.source_place import LONGEST_EXCERPT, SourcePlace, SourceSpan
from iamgen.ui.console import Console
from iamgen.ui.source_frame import frame


def drawn(text: str, column: int, length: int, width: int = 120) -> tuple[str, str]:
    shown = frame("12", SourceSpan(text, column, length), width)
    assert len(shown.margin) == len(shown.below)
    return shown.source, shown.carets


@pytest.mark.parametrize(
    ("text", "column", "length", "expected"),
    [
        ('User("bob")', 6, 5, ('User("bob")', "     ^^^^^")),
        ("\tUser(x)", 7, 1, ("    User(x)", "         ^")),
        ("a\tUser(x)", 3, 4, ("a   User(x)", "    ^^^^")),
        ('User("王五", x)', 6, 4, ('User("王五", x)', "     ^^^^^^")),
        ('User("王五", x)', 12, 1, ('User("王五", x)', "             ^")),
        ("e\u0301 x", 4, 1, ("e\u0301 x", "  ^")),
        ("\x1b[31mred", 6, 3, ("\\x1b[31mred", "        ^^^")),
        ("a\u202eb", 2, 1, ("a\\u202eb", " ^^^^^^")),
        ("x   ", 2, 1, ("x", " ^")),
        ("x", 2, 1, ("x", " ^")),
        ("x = 1", 0, 0, ("x = 1", "")),
        ("", 1, 1, ("", "^")),
    ],
)
def test_carets_stand_under_what_is_meant(text: str, column: int, length: int, expected: tuple[str, str]) -> None:
    assert drawn(text, column, length) == expected


@pytest.mark.parametrize("width", [1, 30, 40, 80])
@pytest.mark.parametrize("filler", ["a", "王", "\t", "\x07"])
@pytest.mark.parametrize("before", [0, 5, 30, 500])
def test_a_long_line_is_cut_around_what_is_meant(width: int, filler: str, before: int) -> None:
    text = filler * before + "HERE" + filler * 500
    source, carets = drawn(text, before + 1, 4, width)
    columns = sum(2 if character == "王" else 1 for character in source)
    assert columns <= max(width - 7, 20)
    start = len(carets) - 4
    assert carets == " " * start + "^^^^"
    at = sum(2 if character == "王" else 1 for character in source[: source.index("HERE")])
    assert at == start
    if before in (0, 500):
        assert source.startswith("…") == (before == 500)
    assert source.endswith("…")


def test_a_very_long_line_is_not_kept() -> None:
    text = "a" * 5_000_000 + "HERE" + "b" * 5_000_000
    place = SourcePlace("users.py:1", SourceSpan(text, 5_000_001, 4))
    assert len(place.span.text) <= LONGEST_EXCERPT
    assert place.exact == "users.py:1:5000001"
    shown = frame("1", place.span, 80)
    assert shown.source[len(shown.carets) - 4 : len(shown.carets)] == "HERE"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(fault: Fault, *, coloured: bool) -> str:
    err = Terminal()
    Console(io.StringIO(), err, coloured=coloured, answers=io.StringIO()).error(fault)
    return err.getvalue()


PLACE = SourcePlace("users.py:12", SourceSpan('User("bob")', 6, 5))


def test_the_frame_has_colour_where_messages_have() -> None:
    fault = Fault(PLACE, "there is no bob", "did you mean rob?")
    assert shown(fault, coloured=False) == (
        'error: users.py:12:6: there is no bob\n  12 | User("bob")\n     |      ^^^^^\nhint: did you mean rob?\n'
    )
    assert shown(fault, coloured=True) == (
        "\033[1;31merror:\033[0m users.py:12:6: there is no bob\n"
        '\033[36m  12 | \033[0mUser("bob")\n'
        "\033[36m     | \033[0m\033[1;31m     ^^^^^\033[0m\n"
        "\033[36mhint:\033[0m did you mean rob?\n"
    )


def test_a_warning_has_its_place_alone() -> None:
    err = Terminal()
    Console(io.StringIO(), err, coloured=False, answers=io.StringIO()).warning(Fault(PLACE, "it ended"))
    assert err.getvalue() == "warning: users.py:12:6: it ended\n"


def test_no_message_steers_the_terminal() -> None:
    fault = Fault("a\x1b[2J", "b\x1b]0;x\x07", "c\u202ed\nand a second line")
    assert shown(fault, coloured=False) == ("error: a\\x1b[2J: b\\x1b]0;x\\x07\nhint: c\\u202ed\nand a second line\n")
    forged = Fault(SourcePlace("users.py:1", SourceSpan("x", 1, 1)), "x\nerror: forged", "y\nhint: forged")
    assert shown(forged, coloured=False).splitlines()[0] == "error: users.py:1:1: x\\nerror: forged"
    assert shown(forged, coloured=False).splitlines()[-1] == "hint: y\\nhint: forged"
