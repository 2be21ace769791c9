"""What somebody may do of all actions is what `can` answers for each of them, and what the evaluator says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest

from iamgen.access.principals import request_of, verdict_on
from iamgen.aws.data.services import access_levels, services
from iamgen.questions.action_summary import ACCESS_LEVELS, action_levels, action_summary, listed_actions
from iamgen.questions.action_summary_text import summary_lines
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Acting, Circumstances
from iamgen.questions.demands import ResourceScope
from iamgen.questions.model import AccessModel
from tests.questions.conftest import DEV, NOW, role, statement, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]


def acting(model: AccessModel, asker: Asker) -> Iterator[Acting]:
    """Yield everybody's own user, and a session of each kind of role."""
    for actor in model.actors:
        yield from (way.acting for way in asker.reach(actor, Circumstances(NOW)).ways if not way.hops)
    by_policies = {tuple(policy.name for policy in known.entity.policies): known for known in model.roles}
    for known in by_policies.values():
        yield asker.reacher.session(known, "", Circumstances(NOW))


def sample(levels: dict[str, Any], number: int) -> list[str]:
    """Return some of what is allowed, and as many of all actions."""
    random = Random(1)  # noqa: S311  # which actions are tried has to be the same in each run
    allowed = sorted(levels)
    return [*random.sample(allowed, min(number, len(allowed))), *random.sample(listed_actions().names, number)]


@pytest.mark.parametrize(("case", "every"), [("example", 1), ("everything", 3)])
def test_it_is_what_can_answers(golden_model: Callable[[str], AccessModel], case: str, every: int) -> None:
    model = golden_model(case)
    asker = Asker(model)
    for somebody in islice(acting(model, asker), 0, None, every):
        levels = dict(action_levels(asker, somebody))
        for action in sample(levels, 10):
            expected = asker.outcome(somebody, action, ResourceScope()).level
            assert levels.get(action, "no") == expected, (somebody.known.entity.arn, action)


def test_what_is_not_listed_is_denied_by_the_evaluator(example: Asker) -> None:
    for somebody in acting(example.model, example):
        levels = dict(action_levels(example, somebody))
        for action in sample(levels, 30):
            verdict = verdict_on(somebody.caller, request_of(somebody.caller, action, "*", at=NOW))
            if action not in levels:
                assert verdict.outcome == "denied", (somebody.known.entity.arn, action)
            elif verdict.outcome == "allowed":
                assert levels[action] in ("yes", "depends")


def own(modelled: Modelled, *statements: dict[str, Any], boundary: bool = False) -> tuple[Asker, Acting]:
    limit = {"PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"} if boundary else {}
    asker = modelled({DEV: {"Alice": user("alice", *statements, **limit)}})
    return asker, asker.reach(asker.model.actors[0], Circumstances(NOW)).ways[0].acting


def test_all_in_part_and_perhaps(modelled: Modelled) -> None:
    asker, alice = own(
        modelled,
        statement("Allow", "sqs:*"),
        statement("Allow", ["sns:List*", "sns:Publish"]),
        statement("Allow", "dynamodb:GetItem", f"arn:aws:dynamodb:eu-west-1:{DEV}:table/one"),
        statement("Allow", "kinesis:DescribeStream", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
    )
    summary = action_summary(asker, alice)
    lines = list(summary_lines(summary))
    assert "  everything: sqs" in lines
    assert "  perhaps read: dynamodb, kinesis" in lines
    assert summary.services["dynamodb"]["Read"].depending == ("GetItem",)
    assert summary.services["dynamodb"]["Read"].allowed == ()
    assert "Publish" in summary.services["sns"]["Write"].allowed
    assert "CreateTopic" not in summary.services["sns"]["Write"].allowed
    assert any(line.endswith(": sns") and "list" in line and "part of write" in line for line in lines)


def test_a_denial_and_a_boundary_take_away(modelled: Modelled) -> None:
    asker, alice = own(modelled, statement("Allow", "*"), statement("Deny", "s3:*"))
    assert "s3" not in action_summary(asker, alice).services
    asker, alice = own(modelled, statement("Allow", "*"), boundary=True)
    services = action_summary(asker, alice).services
    assert services["sqs"]["Write"].allowed == ()
    assert "GetQueueAttributes" in services["sqs"]["Read"].allowed


def test_every_other_service_is_one_line(modelled: Modelled) -> None:
    asker, alice = own(modelled, statement("Allow", "*"))
    first, *rest = list(summary_lines(action_summary(asker, alice)))
    assert first.startswith("  everything: every other service (4")
    assert len(rest) < 10


def test_nothing_is_said(modelled: Modelled) -> None:
    asker = modelled({DEV: {"Idle": role("idle", {"Service": "ec2.amazonaws.com"})}})
    session = asker.reacher.session(asker.model.roles[0], "", Circumstances(NOW))
    lines = list(summary_lines(action_summary(asker, session)))
    assert lines == ["  part of read: sts"]  # sts:GetCallerIdentity needs no permission


def test_every_action_has_a_level_that_is_known() -> None:
    assert {level for service in services() for level in access_levels(service).values()} == set(ACCESS_LEVELS)
