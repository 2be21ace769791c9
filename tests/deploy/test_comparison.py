"""What becomes of a request from one policy to another, where not everything is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Principal
from iamgen.deploy import comparison
from iamgen.deploy.comparison import LossAnswer, PolicySide, Question, Rules, SidesCompared, compare, is_allowed
from iamgen.deploy.holders import PolicyText, policy_text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEPT, LOST, UNDECIDED = LossAnswer.KEPT, LossAnswer.LOST, LossAnswer.UNDECIDED
UNKNOWN = PolicyText("elsewhere", None)
UNREADABLE = PolicyText("odd", None, "{")
Body = dict[str, Any]


def statement(effect: str = "Allow", action: str = "iam:*", **condition: Any) -> Body:
    return {"Effect": effect, "Action": action, "Resource": "*", **({"Condition": condition} if condition else {})}


def rules(*statements: Body, more: tuple[PolicyText, ...] = (), boundary: PolicyText | None = None) -> Rules:
    own = (policy_text("p", {"Version": "2012-10-17", "Statement": list(statements)}),) if statements else ()
    return Rules((*own, *more), boundary)


def side(of: Rules, **context: ContextValue) -> PolicySide:
    known = {name.replace("__", ":"): value for name, value in context.items()}
    return PolicySide(of, Question("iam:GetRole", "*", NOW, known))


ALLOW, DENY = statement(), statement("Deny")
LIMIT = policy_text("limit", {"Statement": [statement(action="s3:*")]})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rules(ALLOW), rules(ALLOW), SidesCompared(KEPT)),
        (rules(ALLOW), rules(statement(action="*")), SidesCompared(KEPT)),
        (rules(ALLOW), rules(statement(action="s3:*")), SidesCompared(LOST)),
        (rules(ALLOW), rules(ALLOW, DENY), SidesCompared(LOST)),
        (rules(ALLOW), Rules(()), SidesCompared(LOST)),
        (rules(DENY), Rules(()), SidesCompared(KEPT)),
        (rules(ALLOW), rules(ALLOW, boundary=LIMIT), SidesCompared(LOST)),
        (rules(ALLOW), rules(ALLOW, boundary=UNKNOWN), SidesCompared(UNDECIDED, ("elsewhere is not known here",))),
        (rules(ALLOW, more=(UNKNOWN,)), rules(DENY, more=(UNKNOWN,)), SidesCompared(LOST)),
        (rules(more=(UNKNOWN,)), rules(DENY, more=(UNKNOWN,)), SidesCompared(UNDECIDED, ("elsewhere is not known here",))),
        (rules(more=(UNKNOWN,)), rules(more=(UNREADABLE,)), SidesCompared(
            UNDECIDED, ("elsewhere is not known here", "odd cannot be read")
        )),
        (rules(ALLOW, more=(UNKNOWN,)), rules(ALLOW), SidesCompared(KEPT)),
        (rules(ALLOW), rules(ALLOW, more=(UNREADABLE,)), SidesCompared(UNDECIDED, ("odd cannot be read",))),
    ],
)  # fmt: skip
def test_what_becomes_of_a_request(before: Rules, after: Rules, expected: SidesCompared) -> None:
    assert compare(side(before), side(after)) == expected


def conditional(operator: str, key: str, *values: str) -> Rules:
    conditions: Body = {operator: {key: list(values)}}
    return rules(statement(**conditions))


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        ("StringLike", "whether aws:X is a (StringLike)"),
        ("StringLikeIfExists", "whether aws:X is a or b (StringLikeIfExists)"),
        ("ForAnyValue:StringLike", "whether aws:X is a or b (ForAnyValue:StringLike)"),
        ("ForAllValues:StringLikeIfExists", "whether aws:X is a or b (ForAllValues:StringLikeIfExists)"),
    ],
)
def test_what_an_answer_hangs_on(operator: str, text: str) -> None:
    sides_compared = compare(side(rules(ALLOW)), side(conditional(operator, "aws:X", "a", "b")))
    assert sides_compared.answer is UNDECIDED
    assert text in sides_compared.unknown


def test_conditions_hold_on_both_sides_alike() -> None:
    several = side(conditional("StringLike", "aws:X", "a", "b"))
    assert compare(several, side(conditional("StringLike", "AWS:x", "b", "a", "c"))) == SidesCompared(KEPT)
    either = side(conditional("ForAnyValue:StringLike", "aws:X", "a", "b"))
    assert compare(either, side(conditional("ForAnyValue:StringLike", "AWS:x", "b", "a"))) == SidesCompared(KEPT)
    fewer = compare(several, side(conditional("StringLike", "aws:X", "b")))
    assert fewer == SidesCompared(UNDECIDED, ("whether aws:X is a (StringLike)",))
    policy_side = side(conditional("StringEquals", "aws:X", "a"))
    assert compare(policy_side, side(conditional("StringNotEquals", "aws:X", "a"))).answer is UNDECIDED
    other = compare(policy_side, side(conditional("StringLike", "aws:X", "a")))
    assert other.unknown == ("whether aws:X is a (StringEquals)", "whether aws:X is a (StringLike)")
    assert compare(policy_side, side(Rules(()))).answer is LOST


@pytest.mark.parametrize(
    ("key", "value", "context", "expected"),
    [
        ("aws:username", "bob", {}, LOST),  # known to be absent
        ("aws:username", "bob", {"AWS__UserName": "bob"}, KEPT),
        ("aws:username", "bob", {"aws__username": UNSAID}, UNDECIDED),
        ("aws:SourceVpc", "bob", {}, UNDECIDED),
        ("aws:PrincipalArn", "arn:aws:iam::1:user/bob", {"aws__PrincipalArn": "arn:aws:iam::1:user/bob"}, KEPT),
        ("aws:PrincipalArn", "arn:aws:iam::1:user/*", {"aws__PrincipalArn": "arn:aws:iam::1:user/bob"}, UNDECIDED),
        ("aws:PrincipalArn", "arn:aws:iam::1:user/b?b", {"aws__PrincipalArn": "arn:aws:iam::1:user/bob"}, UNDECIDED),
        ("aws:MultiFactorAuthPresent", "true", {}, LOST),
        ("aws:MultiFactorAuthAge", "1", {}, LOST),
    ],
)
def test_what_is_known_of_a_request(
    key: str, value: str, context: Mapping[str, ContextValue], expected: LossAnswer
) -> None:
    asked = side(conditional("StringLike", key, value), **context)
    assert is_allowed(asked) is expected
    assert compare(side(rules(ALLOW), **context), asked).answer is expected


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("DateLessThan", "aws:CurrentTime", "2026-11-23T12:00:01Z", KEPT),
        ("DateLessThan", "aws:CurrentTime", "2026-11-23T12:00:00Z", LOST),
        ("NumericEquals", "aws:EpochTime", str(int(NOW.timestamp())), KEPT),
        ("NumericEquals", "aws:EpochTime", str(int(NOW.timestamp()) + 1), LOST),
    ],
)
def test_when_it_is_asked_is_known(operator: str, key: str, value: str, expected: LossAnswer) -> None:
    assert is_allowed(side(conditional(operator, key, value))) is expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (rules(ALLOW), KEPT),
        (rules(DENY), LOST),
        (Rules(()), LOST),
        (rules(more=(UNKNOWN,)), UNDECIDED),
        (rules(ALLOW, more=(UNKNOWN,)), UNDECIDED),
        (rules(DENY, more=(UNKNOWN,)), LOST),
        (rules(ALLOW, boundary=UNKNOWN), UNDECIDED),
        (rules(statement(action="s3:*"), boundary=UNKNOWN), LOST),
        (rules(ALLOW, boundary=LIMIT), LOST),
    ],
)
def test_what_is_allowed(of: Rules, expected: LossAnswer) -> None:
    assert is_allowed(side(of)) is expected


def test_statements_about_all_other_actions() -> None:
    other = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
    assert is_allowed(side(rules(other))) is KEPT
    assert is_allowed(side(rules({**other, "NotAction": "IAM:get*"}))) is LOST
    assert is_allowed(side(rules({**other, "NotAction": ["s3:*", "iam:?etRole"]}))) is LOST


def test_a_trust_policy_that_is_not_known_may_admit_anybody() -> None:
    question = Question("sts:AssumeRole", "arn:aws:iam::1:role/r", NOW, {}, frozenset({Principal("AWS", "x")}))
    assert is_allowed(PolicySide(Rules((UNKNOWN,)), question)) is UNDECIDED


def unknown_policies(count: int) -> tuple[PolicyText, ...]:
    return tuple(PolicyText(f"p{number}", None) for number in range(count))


def test_too_many_assumptions_decide_nothing() -> None:
    many = rules(ALLOW, more=unknown_policies(8))
    assert is_allowed(side(many)) is UNDECIDED
    assert compare(side(many), side(rules(DENY, more=unknown_policies(8)))) == SidesCompared(
        UNDECIDED, tuple(f"p{number} is not known here" for number in range(8))
    )
    assert compare(side(many), side(rules(DENY, more=unknown_policies(7)))).unknown == ("p7 is not known here",)


def test_as_many_assumptions_as_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "_COMBINATIONS", 2**4)
    conditions = {f"aws:K{number}": ["x"] for number in range(4)}
    more = {**conditions, "aws:L": ["x"]}
    assert compare(side(rules(statement(StringLike=conditions))), side(Rules(()))).answer is LOST
    assert compare(side(rules(statement(StringLike=more))), side(Rules(()))).answer is UNDECIDED


def test_whether_a_key_is_there_is_a_single_question() -> None:
    sides_compared = compare(side(rules(ALLOW)), side(conditional("Null", "aws:X", "true", "false")))
    assert sides_compared == SidesCompared(UNDECIDED, ("whether aws:X is true or false (Null)",))


def test_what_cannot_be_compared_decides_nothing() -> None:
    odd = side(conditional("NumericEquals", "aws:X", "1"), aws__X="abc")
    assert is_allowed(odd) is UNDECIDED
    assert compare(side(rules(ALLOW)), odd) == SidesCompared(
        UNDECIDED, ("policy, statement without Sid: abc: is not a number",)
    )
