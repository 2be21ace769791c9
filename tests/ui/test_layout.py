"""Plans on a terminal: within its width, never broken inside a word, and in colour where that is wished."""

from __future__ import annotations

import re

import pytest

from iamgen.ui.layout import laid_out, plain_text, text_laid_out, wrapped
from iamgen.ui.plan_line import PlanLine

ARN = "arn:aws:iam::111111111111:role/teams/platform/infra-A-Role-With-A-Long-Name-111111111111"
LINES = (
    PlanLine("dev (222222222222): update the stack infra", tone="heading"),
    PlanLine("OpsR  AWS::IAM::Role", "~"),
    PlanLine(f"AssumeRolePolicyDocument: Allow sts:AssumeRole for {ARN}, bob, carol, dave if a = b", "+", depth=1),
    PlanLine(""),
    PlanLine("  12. a step with many words, so many that they do not fit into one line of a narrow terminal at all"),
)


def test_wrapped_with_an_indent() -> None:
    assert laid_out(LINES, 60, coloured=False).splitlines() == [
        "dev (222222222222): update the stack infra",
        "~ OpsR  AWS::IAM::Role",
        "    + AssumeRolePolicyDocument: Allow sts:AssumeRole for",
        f"{ARN},",
        "          bob, carol, dave if a = b",
        "",
        "  12. a step with many words, so many that they do not fit",
        "      into one line of a narrow terminal at all",
    ]


@pytest.mark.parametrize("width", [1, 20, 40, 80, 100, 200])
def test_nothing_gets_lost_and_only_long_words_are_wider(width: int) -> None:
    for line in LINES:
        shown = laid_out([line], width, coloured=False)
        assert shown.split() == str(line).split()
        for row in shown.splitlines():
            assert len(row) <= max(width, 34) or len(row.split()) <= 3


def test_an_arn_has_a_line_of_its_own_where_it_fits() -> None:
    width = len(ARN) + 1
    rows = laid_out(LINES, width, coloured=False).splitlines()
    assert f"{ARN}," in [row.strip() for row in rows]
    assert max(map(len, rows)) <= width


FINDINGS = """\
error: dev Resources/OpsR: E108 trust-without-mfa: anybody of the account may assume it without MFA, which is not meant
hint: users.py:7
user-only template without S3  9,673 / 51,200  18 %

1 error in 3 templates
"""


def test_a_text_ends_at_the_width_and_its_columns_stay() -> None:
    assert text_laid_out(FINDINGS, 200, coloured=False) == FINDINGS
    rows = text_laid_out(FINDINGS, 60, coloured=False).splitlines()
    assert rows[:2] == [
        "error: dev Resources/OpsR: E108 trust-without-mfa: anybody",
        "    of the account may assume it without MFA, which is not",
    ]
    assert rows[3:] == FINDINGS.splitlines()[1:]
    assert max(map(len, rows)) <= 60


def test_the_word_that_begins_a_finding_is_in_colour() -> None:
    plain, coloured = (text_laid_out(FINDINGS, 60, coloured=coloured) for coloured in (False, True))
    assert coloured.startswith("\x1b[1m\x1b[31merror:\x1b[0m dev ")
    assert "\x1b[36mhint:\x1b[0m users.py:7\n" in coloured
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == plain


def test_a_pipe_gets_whole_lines_without_colour() -> None:
    assert plain_text(LINES) == "".join(f"{line}\n" for line in LINES)
    assert "\x1b" not in plain_text(LINES)


def test_colours() -> None:
    lines = (
        PlanLine("A", "+"),
        PlanLine("B", "~"),
        PlanLine("C", "-"),
        PlanLine("D", "!"),
        PlanLine("E"),
        PlanLine("F", tone="heading"),
        PlanLine("G  (is destroyed)", "-", tone="danger"),
    )
    assert laid_out(lines, 80, coloured=True).splitlines() == [
        "\x1b[32m+ A\x1b[0m",
        "\x1b[33m~ B\x1b[0m",
        "\x1b[31m- C\x1b[0m",
        "\x1b[33m! D\x1b[0m",
        "E",
        "\x1b[1mF\x1b[0m",
        "\x1b[1m\x1b[31m- G  (is destroyed)\x1b[0m",
    ]


def test_colour_changes_no_text_and_ends_with_each_row() -> None:
    coloured = laid_out(LINES, 60, coloured=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == laid_out(LINES, 60, coloured=False)
    assert all(row.endswith("\x1b[0m") for row in coloured.splitlines() if "\x1b" in row)


def test_what_a_terminal_would_obey_is_an_escape() -> None:
    assert laid_out([PlanLine("\x1b[2J\u202e", "+")], 80, coloured=False) == "+ \\x1b[2J\\u202e\n"


def test_wide_characters_take_two_columns() -> None:
    rows = laid_out([PlanLine("漢字漢字漢字漢字漢字漢字漢字漢字 漢字漢字漢字 ab")], 40, coloured=False).splitlines()
    assert rows == ["漢字漢字漢字漢字漢字漢字漢字漢字", "    漢字漢字漢字 ab"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("the account 'my first account' is not declared", ["the account", "'my first account' is not", "declared"]),
        ("it's the role's own 'name, which", ["it's the role's own 'name,", "which"]),
        ("aws iam create-user --user-name bob; then deploy", ["aws iam create-user --user-name bob;", "then deploy"]),
        ("look at what git has to say of it", ["look at what git has to", "say of it"]),
        ('say "x" or "two words"; stop', ['say "x" or "two words";', "stop"]),
    ],
)
def test_quoted_names_and_commands_stay_whole(text: str, rows: list[str]) -> None:
    assert list(wrapped(text, 26)) == rows
