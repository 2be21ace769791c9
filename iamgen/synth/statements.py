"""The few shapes of statements and policy documents that every generated policy is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from awacs import awsencode
from awacs.aws import (
    Action,
    Allow,
    Bool,
    BoolIfExists,
    Condition,
    ConditionElement,
    DateLessThan,
    Deny,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from awacs.sts import AssumeRole, AssumeRoleWithWebIdentity

from iamgen.iam.measure import characters

VERSION = "2012-10-17"
"""The policy language's version; without it, `${aws:username}` would be taken letter by letter."""

OWN_NAME = "${aws:username}"
EVERYTHING = ["*"]

WITH_MFA = Bool("aws:MultiFactorAuthPresent", "true")
"""For an Allow: false, too, where the key is absent, as it is with long-lived keys."""
WITHOUT_MFA = BoolIfExists("aws:MultiFactorAuthPresent", "false")
"""For a Deny: true, too, where the key is absent."""
OWN_SESSION_NAME = StringEquals("sts:RoleSessionName", OWN_NAME)


def until(moment: str) -> DateLessThan:
    """Return the condition that holds before an ISO moment in UTC."""
    return DateLessThan("aws:CurrentTime", moment)


def allow(sid: str, actions: Iterable[Action], resources: Sequence[str], *conditions: ConditionElement) -> Statement:
    """Return an identity policy's Allow; actions are put in order, resources stay in theirs."""
    return _statement(Allow, sid, {"Action": _ordered(actions), "Resource": list(resources)}, conditions)


def deny(sid: str, actions: Iterable[Action], resources: Sequence[str], *conditions: ConditionElement) -> Statement:
    """Return an identity policy's Deny."""
    return _statement(Deny, sid, {"Action": _ordered(actions), "Resource": list(resources)}, conditions)


def deny_all_but(sid: str, actions: Iterable[Action], *conditions: ConditionElement) -> Statement:
    """Return an identity policy's Deny of every other action on everything."""
    return _statement(Deny, sid, {"NotAction": _ordered(actions), "Resource": EVERYTHING}, conditions)


def trust(principals: Sequence[Any], *conditions: ConditionElement) -> Statement:
    """Return a trust policy's Allow; principals are ARNs, or references to users of the same template."""
    props = {"Action": [AssumeRole], "Principal": Principal("AWS", list(principals))}
    return _statement(Allow, "", props, conditions)


def trust_services(services: Sequence[str], besides: Sequence[str] = ()) -> Statement:
    """Return a trust policy's Allow for AWS services, such as `lambda.amazonaws.com`.

    `besides` are actions of STS that these services need besides AssumeRole.
    """
    actions = [AssumeRole, *(Action("sts", name) for name in besides)]
    return _statement(Allow, "", {"Action": actions, "Principal": Principal("Service", list(services))}, ())


def trust_federated(provider: Any, *conditions: ConditionElement) -> Statement:  # noqa: ANN401  # ARN or reference
    """Return a trust policy's Allow for those whom an OIDC provider vouches for."""
    props = {"Action": [AssumeRoleWithWebIdentity], "Principal": Principal("Federated", provider)}
    return _statement(Allow, "", props, conditions)


def trust_nobody() -> Statement:
    """Return the trust of a role that nobody may assume: a role must have one, and it must be valid."""
    return _statement(Deny, "", {"Action": [AssumeRole], "Principal": Principal("AWS", ["*"])}, ())


def document(*statements: Statement) -> PolicyDocument:
    """Return the policy document of these statements, in their order."""
    return PolicyDocument(Version=VERSION, Statement=list(statements))


def size(policy: PolicyDocument | dict[str, Any]) -> int:
    """Return the characters of a policy document that IAM's quotas count."""
    return characters(policy, awsencode().default)


def _statement(effect: str, sid: str, props: dict[str, Any], conditions: Sequence[ConditionElement]) -> Statement:
    if sid:
        props = {"Sid": sid, **props}
    if conditions:
        props = {**props, "Condition": Condition(list(conditions))}
    return Statement(Effect=effect, **props)


def _ordered(actions: Iterable[Action]) -> list[Action]:
    return sorted(actions, key=lambda action: str(action.JSONrepr()))
