"""Progress: what is under way is seen whatever the size of the terminal, and nothing of it stays."""

from __future__ import annotations

import io
import os
import re
import time

import pytest

from iamgen.errors import Fault
from iamgen.ui.board import FINISHED, Board, shown, under_way
from iamgen.ui.console import Console

ACCOUNTS = [f"account-{number:02}" for number in range(30)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def screen(written: str) -> list[str]:
    """Return what stays on an endless terminal: lines, carriage returns, cursor up and erasure to the end."""
    rows, row, column = [""], 0, 0
    for part in re.findall(r"\033\[\d*[AJ]|[\r\n]|[^\033\r\n]+", written):
        if part == "\r":
            column = 0
        elif part == "\n":
            row, column = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
        elif part.endswith("A") and part.startswith("\033"):
            row -= int(part[2:-1])
        elif part == "\033[J":
            rows = [*rows[:row], rows[row][:column]]
        else:
            rows[row] = rows[row][:column] + part
            column += len(part)
    return rows


def test_the_last_of_thirty_accounts_are_seen() -> None:
    board = Board(Terminal(), ACCOUNTS)
    for name in ACCOUNTS[:28]:
        board.show(name, "planning")
        board.show(name, FINISHED)
    board.show(ACCOUNTS[28], "planning")
    board.show(ACCOUNTS[29], "planning")
    assert board.rows(23) == ["account-28  planning  ", "account-29  planning  ", "finished: 28 of 30"]


def test_more_than_fit_are_counted() -> None:
    board = Board(Terminal(), ACCOUNTS)
    for name in ACCOUNTS[:8]:
        board.show(name, "planning")
    assert len(board.rows(23)) == 9
    assert board.rows(6)[-1] == "finished: 0 of 30, 3 more under way, 22 waiting"
    assert len(board.rows(6)) == 6
    assert board.rows(1) == ["finished: 0 of 30, 8 more under way, 22 waiting"]


def test_before_anything_begins_it_says_what_waits() -> None:
    assert Board(Terminal(), ACCOUNTS).rows(23) == ["finished: 0 of 30, 30 waiting"]


def test_what_is_finished_does_not_count_on() -> None:
    board = Board(Terminal(), ["dev"])
    board.show("dev", "planning")
    assert board.rows(23) == ["dev  planning  "]
    board.show("dev", FINISHED)
    assert board.rows(23) == []


def test_seconds_go_on_by_themselves() -> None:
    stream = Terminal()
    with shown(Board(stream, ["dev"]), ticking=True) as board:
        board.show("dev", "signing in")
        for _ in range(100):
            if "signing in  1 s" in stream.getvalue():
                break
            time.sleep(0.05)
    assert "signing in  1 s" in stream.getvalue()
    assert screen(stream.getvalue()) == [""]


def test_nothing_stays_and_messages_stand_above() -> None:
    stream = Terminal()
    console = Console(Terminal(), stream, coloured=False, answers=Terminal())
    console.note("before")
    with console.board(ACCOUNTS[:3]) as show:
        show(ACCOUNTS[0], "planning")
        show(ACCOUNTS[1], "planning")
        console.note("a note")
        console.warning(Fault("dev", "a warning", "a hint"))
        assert screen(stream.getvalue())[:4] == ["before", "a note", "warning: dev: a warning", "hint: a hint"]
        assert screen(stream.getvalue())[-1] == "finished: 0 of 3, 1 waiting"
    console.note("after")
    assert screen(stream.getvalue()) == ["before", "a note", "warning: dev: a warning", "hint: a hint", "after", ""]


def test_progress_of_a_task() -> None:
    stream = Terminal()
    console = Console(Terminal(), stream, coloured=False, answers=Terminal())
    with console.progress("checking", ["dev", "prod"]) as advance:
        assert screen(stream.getvalue()) == ["checking: 0 of 2"]
        advance("dev")
        assert screen(stream.getvalue()) == ["checking: 1 of 2"]
    assert screen(stream.getvalue()) == [""]


def test_a_pipe_sees_nothing_of_it() -> None:
    stream = io.StringIO()
    console = Console(io.StringIO(), stream, coloured=False, answers=io.StringIO())
    with console.board(["dev"]) as show, console.progress("checking", ["dev"]) as advance:
        show("dev", "planning")
        advance("dev")
    assert stream.getvalue() == ""


def test_an_error_ends_a_line_too() -> None:
    states: list[tuple[str, str]] = []
    with pytest.raises(ZeroDivisionError), under_way(lambda name, now: states.append((name, now)), "dev", "planning"):
        raise ZeroDivisionError
    assert states == [("dev", "planning"), ("dev", FINISHED)]


@pytest.mark.parametrize("columns", [10, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Board, "_size", lambda _board: os.terminal_size((columns, 24)))
    stream = Terminal()
    board = Board(stream, ACCOUNTS)
    board.show(ACCOUNTS[0], f"{'x' * 300}\n\x1b[2J")
    assert max(map(len, screen(stream.getvalue()))) < columns
    assert "\x1b[2J" not in stream.getvalue()
