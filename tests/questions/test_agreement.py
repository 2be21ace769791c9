"""What questions are answered with is what the evaluator says: on every golden template, for everybody, in every way
to sign in. A yes is allowed and a no is denied; where it depends, the evaluator may say either."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from iamgen.access.entities import IamUser
from iamgen.access.principals import (
    Caller,
    console_session,
    request_of,
    role_session,
    verdict_on,
    verdict_on_assuming,
    with_keys,
    with_mfa,
)
from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances, Mfa
from iamgen.questions.model import AccessModel, Actor
from tests.questions.conftest import NOW

ALLOWED = {"yes": {"allowed"}, "no": {"denied"}, "depends": {"allowed", "denied", "unknown"}}
SIGNED_IN: dict[Mfa, Callable[[IamUser], Caller]] = {"present": with_mfa, "false": console_session, "absent": with_keys}
ACTIONS = (
    ("iam:CreateUser", "arn:{partition}:iam::{account}:user/someone"),
    ("iam:CreateAccessKey", "arn:{partition}:iam::{account}:user/{name}"),
    ("iam:ListUsers", "*"),
    ("s3:GetObject", "arn:{partition}:s3:::bucket/key"),
    ("s3:PutObject", "arn:{partition}:s3:::bucket/key"),
    ("dynamodb:DeleteTable", "arn:{partition}:dynamodb:eu-west-1:{account}:table/one"),
    ("ec2:RunInstances", "arn:{partition}:ec2:eu-west-1:{account}:instance/i-1"),
    ("lambda:InvokeFunction", "arn:{partition}:lambda:eu-west-1:{account}:function:f"),
    ("sts:GetCallerIdentity", "*"),
    ("cloudformation:DeleteStack", "arn:{partition}:cloudformation:eu-west-1:{account}:stack/infra/1"),
    ("secretsmanager:GetSecretValue", "arn:{partition}:secretsmanager:eu-west-1:{account}:secret:s"),
)


def callers(model: AccessModel) -> Iterator[tuple[Actor, Mfa, Caller]]:
    for actor in model.actors:
        if actor.known:
            assert isinstance(actor.known.entity, IamUser)
            for mfa, make in SIGNED_IN.items():
                yield actor, mfa, make(actor.known.entity)


def test_roles_are_reached_that_the_evaluator_lets_assume(every_model: AccessModel) -> None:
    asker = Asker(every_model)
    tried = 0
    for actor, mfa, caller in callers(every_model):
        ways = asker.reach(actor, Circumstances(NOW, mfa)).ways
        near = {way.hops[0].role.entity.arn for way in ways if len(way.hops) == 1 and way.is_certain}
        far = {way.acting.known.entity.arn for way in ways if way.is_certain}
        for role in every_model.roles:
            request = request_of(
                caller, "sts:AssumeRole", role.entity.arn, at=NOW, context={"sts:RoleSessionName": actor.name}
            )
            verdict = verdict_on_assuming(caller, role.as_role, request.context)
            tried += verdict.outcome == "allowed"
            assert (role.entity.arn in near) is (verdict.outcome == "allowed"), (actor.name, mfa, role.entity.arn)
            assert role.entity.arn in far or verdict.outcome != "allowed"
    assert tried or not every_model.roles or not any(actor.known for actor in every_model.actors)


def test_users_and_sessions_may_what_the_evaluator_allows(every_model: AccessModel) -> None:
    asker = Asker(every_model)
    for actor, mfa, caller in callers(every_model):
        for action, form in ACTIONS:
            resource = form.format(partition=every_model.partition, account=caller.entity.account_id, name=actor.name)
            if caller.entity.account_id not in resource and ":s3:" not in resource and resource != "*":
                continue
            named = f"{actor.name}@{actor.account_name}"
            question = AccessQuestion(named, action, Circumstances(NOW, mfa), resource, actor.account_name, "self")
            answer = asker.answer(question)
            verdict = verdict_on(caller, request_of(caller, action, resource, at=NOW))
            assert verdict.outcome in ALLOWED[answer.level], (named, mfa, action, answer.level)


def test_sessions_of_roles_may_what_the_evaluator_allows(every_model: AccessModel) -> None:
    asker = Asker(every_model)
    for role in every_model.roles:
        caller = role_session(role.as_role)
        for action, form in ACTIONS:
            resource = form.format(partition=every_model.partition, account=role.entity.account_id, name="someone")
            question = AccessQuestion(role.entity.arn, action, Circumstances(NOW), resource, role.account.name, "self")
            answer = asker.answer(question)
            verdict = verdict_on(caller, request_of(caller, action, resource, at=NOW))
            assert verdict.outcome in ALLOWED[answer.level], (role.entity.arn, action, answer.level)
            if resource != "*":
                assert answer.level != "depends", (role.entity.arn, action)


@pytest.mark.parametrize("mfa", ["false", "absent"])
def test_nobody_acts_as_a_role_without_mfa(every_model: AccessModel, mfa: Mfa) -> None:
    asker = Asker(every_model)
    for actor in every_model.actors:
        if actor.kind == "person":
            assert all(not way.hops for way in asker.reach(actor, Circumstances(NOW, mfa)).ways)
