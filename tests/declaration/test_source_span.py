"""The exact place of a wrong call or word, wherever in users.py it is, and plain text where it cannot be had."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.alike_faults import told_once
from iamgen.declaration.load import load
from iamgen.declaration.origin import Origin, _line_of
from iamgen.declaration.plain_data import plain_fault, restored_fault
from iamgen.declaration.source_span import place_of
from iamgen.errors import Fault, IamgenError
from iamgen.source_place import Extent, SourcePlace, SourceSpan, column_of, exact, within

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MakeRepo = Callable[..., Path]
HEAD = "from iamgen import *\nOPS_SERVICES = ('s3',)\n"  # what a case writes starts on line 3


def places(root: Path) -> list[tuple[str, str]]:
    """Return the exact place of each fault, and the source that is meant there."""
    with pytest.raises(IamgenError) as raised:
        load(root, NOW)
    return [(exact(fault.where), meant(fault.where)) for fault in raised.value.faults]


def meant(where: str) -> str:
    if not isinstance(where, SourcePlace):
        return ""
    start = where.span.column - 1 - where.span.skipped
    return where.span.text[start : start + where.span.length]


CASES = {
    "the second of two calls on a line": (
        "USERS = (User('a', {}), User('b', {}, powr=1))",
        [("users.py:3:39", "powr=1")],
    ),
    "the second of two equal calls": (
        "USERS = (User('a', {'dev': 'X'}), User('b', {'dev': 'X'}))",
        [("users.py:3:28", "'X'")],
    ),
    "a call in a call": ("USERS = (User('a', {'dev': Grant('OpsR', untl='x')}),)", [("users.py:3:42", "untl='x'")]),
    "a call in a function": (
        "def team(name): return User(name, {}), User('b', {}, powr=1)\nUSERS = (*team('a'),)",
        [("users.py:3:54", "powr=1")],
    ),
    "two functions on a line": (
        "a, b = lambda: User('a', {}), lambda: User('b', {}, powr=1)\nUSERS = (a(), b())",
        [("users.py:3:53", "powr=1")],
    ),
    "a call in a comprehension": (
        "USERS = [User(n, {'dev': role}) for n, role in (('a', 'OpsR'), ('b', 'OpR'))]",
        [("users.py:3:10", "User(n, {'dev': role})")],
    ),
    "a call over several lines": ("USERS = (\n    User(\n        'a',\n    ),\n)", [("users.py:4:5", "User(")]),
    "a word on another line than its call": (
        "USERS = (\n    User('a', {\n        'dev': 'OpsR',\n        'dve': 'OpsR',\n    }),\n)",
        [("users.py:6:9", "'dve'")],
    ),
    "a role of a Grant on another line than its User": (
        "LATER = Grant('OpR', until='x')\nUSERS = (User('OpR', {'dev': LATER}),)",
        [("users.py:3:15", "'OpR'"), ("users.py:3:28", "'x'")],
    ),
    "the same role in two accounts": (
        "USERS = (User('a', {'dev': 'OpsR', 'prod': ('ReadR', 'OpR')}),)",
        [("users.py:3:54", "'OpR'")],
    ),
    "what stands behind letters of several bytes": (
        "USERS = (User('a', {}, email='é@ü.de'), User('b', {}, powr=1))",
        [("users.py:3:55", "powr=1")],
    ),
    "replace": (
        "from dataclasses import replace\nA = User('a', {})\nUSERS = (A, replace(A, name='b', path='x'))",
        [("users.py:5:34", "path='x'")],
    ),
    "arguments out of a list": ("USERS = (User(*['a', 5]),)", [("users.py:3:10", "User(*['a', 5])")]),
    "keywords out of a dict": (
        "USERS = (User(**{'name': 'a', 'access': {}, 'powr': 1}),)",
        [("users.py:3:45", "'powr'")],
    ),
    "text that is run": ("exec(\"USERS = (User('a', {}, powr=1),)\")", [("<string>:1", "")]),
    "a line that is named otherwise": (
        "exec(compile(\"USERS = (User('a', {}, powr=1),)\", '/nowhere/else.py', 'exec'))",
        [("/nowhere/else.py:1", "")],
    ),
    "a device instead of a file": (
        "exec(compile(\"USERS = (User('a', {}, powr=1),)\", '/dev/zero', 'exec'))",
        [("/dev/zero:1", "")],
    ),
    "a form feed and a carriage return": (
        "A = 1\f\r\nUSERS = (User('a', {}, powr=1),)",
        [("users.py:4:24", "powr=1")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_place_is_exact(case: str, make_repo: MakeRepo) -> None:
    text, expected = CASES[case]
    result = places(make_repo((HEAD + text).encode()))
    assert result == expected


def test_a_source_in_another_encoding(make_repo: MakeRepo) -> None:
    text = "# coding: latin-1\nfrom iamgen import *\nOPS_SERVICES = ('s3',)\nUSERS = (User('a', {}, email='é@b.c', powr=1),)"
    assert places(make_repo(text.encode("latin-1"))) == [("users.py:4:39", "powr=1")]


def test_a_source_with_a_byte_order_mark(make_repo: MakeRepo) -> None:
    text = "from iamgen import User; User('a', {}, powr=1)\nOPS_SERVICES = ('s3',)\nUSERS = ()"
    assert places(make_repo(b"\xef\xbb\xbf" + text.encode())) == [("users.py:1:40", "powr=1")]


def test_a_module_beside_it(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + "from team import USERS")
    (root / "team.py").write_text("from iamgen import User\nUSERS = (User('a', {}), User('b', {'dve': 'OpsR'}))\n")
    assert places(root) == [("team.py:2:36", "'dve'")]


def test_a_source_that_is_gone(make_repo: MakeRepo) -> None:
    text = "import os\nos.remove('users.py')\nUSERS = (User('a', {}, powr=1),)"
    assert places(make_repo(HEAD + text)) == [("users.py:5", "")]


def test_a_source_that_is_another_one_by_now(make_repo: MakeRepo) -> None:
    text = "open('users.py', 'w').write('#')\nUSERS = (User('a', {}, powr=1),)"
    assert places(make_repo(HEAD + text)) == [("users.py:4", "")]


def test_many_faults_take_no_longer_each(make_repo: MakeRepo) -> None:
    lines = "".join(f"    User('u{n}', {{'dev': 'R{n}'}}),\n" for n in range(3_000))
    assert len(places(make_repo(f"{HEAD}USERS = (\n{lines})"))) == 3_000


def test_an_extent_over_several_lines_is_shown_to_the_end_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("a = (1,\n  2)  \n")
    place = place_of(Origin(str(file), 1), Extent(1, 4, 2, 4), "x.py")
    assert (exact(place), meant(place)) == ("x.py:1:5", "(1,")


def test_a_place_survives_what_texts_survive() -> None:
    place = SourcePlace("users.py:3", SourceSpan("x = 1", 5, 1))
    for other in (copy.deepcopy(place), pickle.loads(pickle.dumps(place)), within("v1", place)):  # noqa: S301  # ours
        assert isinstance(other, SourcePlace)
        assert other.span == place.span
    assert exact(within("v1", place)) == "v1:users.py:3:5"
    assert within("v1", "dev") == "v1:dev"
    assert (place, column_of(place), column_of("users.py:3")) == ("users.py:3", 5, 0)


def test_a_fault_and_its_line_are_plain_data_on_the_way() -> None:
    fault = Fault(SourcePlace("users.py:3", SourceSpan("x = 1", 5, 1)), "a", "b")
    back = restored_fault(*plain_fault(fault))
    assert (back, exact(back.where)) == (fault, "users.py:3:5")
    assert restored_fault(*plain_fault(Fault("x", "a"))) == Fault("x", "a")


@pytest.mark.parametrize(
    "data",
    [
        (1, "a", "b", None),
        ("x", "a", "b", ()),
        ("x", "a", "b", ("t", "1", 1, 0)),
        ("x", "a", "b", "text"),
        ("x", "a", None, None),
    ],
)
def test_what_is_no_fault_is_refused(data: tuple[object, object, object, object]) -> None:
    with pytest.raises(TypeError):
        restored_fault(*data)


def fault(line: int, problem: str, hint: str = "h") -> Fault:
    return Fault(f"users.py:{line}", problem, hint)


@pytest.mark.parametrize(
    ("faults", "problems"),
    [
        ([fault(1, "User 'a': x"), fault(2, "User 'b': x")], ["User 'a': x (also 'b' at users.py:2)"]),
        ([fault(1, "x"), fault(2, "x")], ["x (also at users.py:2)"]),
        ([fault(1, "x"), fault(1, "x")], ["x (2 times)"]),
        ([fault(1, "User 'a': x"), fault(1, "User 'b': x")], ["User 'a': x (also 'b')"]),
        ([fault(1, "User 'a': x"), fault(2, "CIUser 'b': x")], ["User 'a': x", "CIUser 'b': x"]),
        ([fault(1, "User 'a': x"), fault(2, "User 'b': x", "i")], ["User 'a': x", "User 'b': x"]),
        ([fault(1, "User 'a': x"), fault(2, "User 'b': y")], ["User 'a': x", "User 'b': y"]),
        ([fault(1, 'User "it\'s": x'), fault(2, "User 'b\\'': x")], ["User \"it's\": x (also 'b\\'' at users.py:2)"]),
        (
            [fault(n, f"User 'u{n}': x") for n in range(1, 7)],
            ["User 'u1': x (6 times: also 'u2' at users.py:2, 'u3' at users.py:3, 'u4' at users.py:4 and 2 more)"],
        ),
    ],
)
def test_what_is_alike_is_told_once(faults: list[Fault], problems: list[str]) -> None:
    assert [reported.problem for reported in told_once(faults)] == problems


def test_the_line_of_a_call_is_the_one_that_python_tells() -> None:
    lines = []

    def note() -> None:
        frame = sys._getframe(1)
        lines.append((frame.f_lineno, _line_of(frame.f_code, frame.f_lasti)))

    text = "note(); note()\nx = (\n  note(),\n\n  {1: note(\n  )})\ndef f():\n  return [note() for _ in x]\nf()\n"
    exec(compile(text, "users.py", "exec"), {"note": note})  # noqa: S102
    assert [line for line, _ in lines] == [1, 1, 3, 5, 8, 8]
    assert all(line == same for line, same in lines)
