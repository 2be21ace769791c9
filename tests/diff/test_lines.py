"""How many resources change, as Terraform counts them."""

from __future__ import annotations

from iamgen.diff.change import TEMPLATE, Change, Detail, Sign
from iamgen.diff.lines import brief, counts, plan_line, signed

ROLE = "AWS::IAM::Role"


def change(sign: Sign, *, replaced: bool = False, kind: str = ROLE) -> Change:
    return Change(sign, "A", kind, replaced, (Detail("+", "Path", "/", (Detail("-", "x", "y"),)),))


def test_a_replacement_counts_twice_and_what_is_no_resource_not_at_all() -> None:
    changes = (
        change("+"),
        change("~"),
        change("~"),
        change("-"),
        change("~", replaced=True),
        change("+", kind=TEMPLATE),
    )
    assert str(plan_line(counts(changes))) == "Plan: 2 to add, 2 to change, 2 to destroy."
    assert counts(changes).plain() == {"add": 2, "change": 2, "destroy": 2}


def test_nothing_to_do() -> None:
    assert str(plan_line(counts(()))) == "Plan: 0 to add, 0 to change, 0 to destroy."


def test_a_line_as_a_diff_has_it() -> None:
    assert [(str(item), item.as_diff) for item in signed((change("~", replaced=True),))] == [
        (f"~ A  {ROLE}  (is replaced)", f"! A  {ROLE}  (is replaced)"),
        ("    + Path: /", "+     Path: /"),
        ("        - x: y", "-         x: y"),
    ]


def test_what_a_terminal_would_obey_is_shown_as_an_escape() -> None:
    changes = (Change("+", "A\x1b[2J", "T\x07", False, (Detail("+", "\x1b]0;x", "Sid\n\x9b"),)),)
    assert [(str(line), line.as_diff) for line in signed(changes)] == [
        ("+ A\\x1b[2J  T\\x07", "+ A\\x1b[2J  T\\x07"),
        ("    + \\x1b]0;x: Sid\\n\\x9b", "+     \\x1b]0;x: Sid\\n\\x9b"),
    ]


def test_what_goes_is_told_by_a_word_too() -> None:
    assert next(str(line) for line in signed((change("-"),))) == f"- A  {ROLE}  (is destroyed)"
    assert next(str(line) for line in signed((change("-"),), "drift")) == f"- A  {ROLE}  (is missing in AWS)"
    assert [line.tone for line in signed((change("-"), change("~", replaced=True)))][::3] == ["danger", "danger"]


def test_brief_is_the_resources_alone() -> None:
    assert [str(line) for line in brief(signed((change("+"), change("~"))))] == [f"+ A  {ROLE}", f"~ A  {ROLE}"]
    assert next(iter(brief(signed((change("+"),), depth=1), depth=1))).depth == 1
