"""What cfn-lint and iamgen both say is told once, and what only cfn-lint says stays."""

from __future__ import annotations

import pytest

from iamgen.check.finding import Finding
from iamgen.check.lint.repeats import without_repeats
from iamgen.check.rules._examples import allow, policy, role, template
from iamgen.iam.template import Template

DOCUMENT = ("Resources", "P", "Properties", "PolicyDocument")
STATEMENT = (*DOCUMENT, "Statement", 0)
TEMPLATE = Template.of(template(P=policy(allow("s3:GetObject")), R=role()), 100)


def finding(rule: str, path: tuple[str | int, ...], message: str = "") -> Finding:
    return Finding(rule, "error", message, path, 1)


@pytest.mark.parametrize(
    ("by_linter", "own", "stays"),
    [
        (("E3510", (*STATEMENT, "Sid")), ("E106", (*STATEMENT, "Sid")), False),
        (("E3510", (*STATEMENT, "Resource", 0)), ("E106", (*STATEMENT, "Resource")), False),
        (("E3510", (*STATEMENT, "Effect")), ("E106", (*STATEMENT, "Sid")), True),
        (("E3510", STATEMENT), ("E106", (*STATEMENT, "Sid")), True),
        (("E3510", (*STATEMENT, "Sid")), ("W132", (*STATEMENT, "Sid")), True),
        (("E3002", (*STATEMENT, "Sid")), ("E106", (*STATEMENT, "Sid")), True),
        (("W2511", (*DOCUMENT, "Version")), ("E115", (*STATEMENT, "Resource")), False),
        (("W2511", ("Resources", "Q", "Properties", "PolicyDocument", "Version")), ("E115", STATEMENT), True),
    ],
)
def test_the_same_fault_at_the_same_place_is_told_once(
    by_linter: tuple[str, tuple[str | int, ...]], own: tuple[str, tuple[str | int, ...]], stays: bool
) -> None:
    assert len(without_repeats([finding(*by_linter)], TEMPLATE, [finding(*own)])) == stays


def test_actions_are_looked_at_by_iamgens_own_rule_but_for_those_of_trusts() -> None:
    of_policy = finding("W3037", (*STATEMENT, "Action"))
    of_trust = finding("W3037", ("Resources", "R", "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Action"))
    assert without_repeats([of_policy, of_trust], TEMPLATE, ()) == (of_trust,)


def test_of_several_forms_that_a_value_has_not_only_the_sum_is_told() -> None:
    path = ("Resources", "R", "Properties", "AssumeRolePolicyDocument", "Statement", 0, "Principal", "AWS")
    branch = finding("E3530", path, "'x' does not match '^\\d{12}$'")
    total = finding("E3530", path, "'x' is not valid under any of the given schemas")
    elsewhere = finding("E3530", path[:-1], "'x' does not match")
    assert without_repeats([branch, total, elsewhere], TEMPLATE, ()) == (total, elsewhere)
