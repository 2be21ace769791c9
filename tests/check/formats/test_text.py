from __future__ import annotations

import pytest

from iamgen.check.finding import Finding
from iamgen.check.formats._places import FindingsByPlace
from iamgen.check.formats.text import render

GOLDEN = """\
warning: prod: W128: Ümläut 100 %\\nsecond line
error: prod Resources/AdminR/Properties/AssumeRolePolicyDocument/Statement/2: E108 trust-without-mfa: alice may assume AdminR without MFA
hint: users.py:12; https://docs.example/mfa
error: prod Resources/AdminR/Properties/AssumeRolePolicyDocument/Statement/10: E108 trust-without-mfa: alice may assume AdminR without MFA
hint: users.py:12; https://docs.example/mfa
info: stacks/my app.yaml:7 Resources/Ä: I3042: a,b:c
hint: https://docs.example/i?a=b
2 errors, 1 warning, 1 info in 3 templates
"""


def test_golden(findings: FindingsByPlace) -> None:
    assert render(findings) == GOLDEN


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ({}, "no findings in 0 templates"),
        ({"dev": ()}, "no findings in 1 template"),
        ({"dev": (), "prod": (), "test": ()}, "no findings in 3 templates"),
    ],
)
def test_no_findings(findings: FindingsByPlace, line: str) -> None:
    assert render(findings) == f"{line}\n"


def test_users_py_is_no_template_and_its_place_is_said_once() -> None:
    failed = Finding("E192", "error", "it may", (), 4, name="failed-assertion", cause="users.py:4")
    assert render({"dev": (), "users.py": (failed,)}) == (
        "error: users.py:4: E192 failed-assertion: it may\n1 error in 1 template\n"
    )


def test_a_template_has_no_power_over_the_terminal() -> None:
    hostile = Finding("E1", "error", "\x1b[2J\r\ud800\u202e", ("Resources", "\x07"), 0)
    assert render({"a\nb.json": (hostile,)}).startswith(
        "error: a\\nb.json Resources/\\x07: E1: \\x1b[2J\\r\\ud800\\u202e\n1 error"
    )


def test_what_several_accounts_have_by_one_line_is_told_once() -> None:
    by_line = Finding("E131", "error", "no such policy", ("Resources", "A"), 7, cause="users.py:4")
    accounts = {name: (by_line._replace(line=number),) for number, name in enumerate("abcdef")}
    assert render(accounts) == (
        "error: a, b, c, d and 2 more Resources/A: E131: no such policy\nhint: users.py:4\n6 errors in 6 templates\n"
    )


def test_what_has_no_cause_or_is_in_a_file_is_told_of_each() -> None:
    by_line = Finding("E131", "error", "no such policy", ("Resources", "A"), 7, cause="users.py:4")
    no_cause = by_line._replace(cause="")
    assert (
        render({"a": (no_cause,), "b": (no_cause,), "x/c.json": (by_line,), "x/d.json": (by_line,)}).count("E131") == 4
    )
