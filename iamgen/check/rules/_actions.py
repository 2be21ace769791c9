"""Which actions and resources a statement reaches: IAM's wildcards, and what counts as everything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from iamgen.aws.data.services import wildcard
from iamgen.iam.statements import ReadCondition, ReadStatement
from iamgen.iam.values import Value

_SEGMENTS = 6  # of an ARN: arn:partition:service:region:account:resource
_ALL_OF = r"\*+|(?:{})[:/][*/]*\*"
# Conditions on who calls, when and from where: they leave open what is reached.
_ABOUT_THE_CALLER = re.compile(
    r"aws:(multifactorauth.*|principal.*|user.*|source(ip|vpce?|vpcarn|identity)|vpc.*|currenttime|epochtime"
    r"|tokenissuetime|securetransport|requestedregion|viaawsservice)"
)


def matches(pattern: str, action: str) -> bool:
    """Return whether an action, in lower case, is meant by a policy's text, which may have wildcards."""
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == action
    return wildcard(pattern).fullmatch(action) is not None


@lru_cache(maxsize=1 << 14)
def meant(pattern: str, actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some actions, in whatever case, that are meant by a policy's text."""
    return tuple(action for action in actions if matches(pattern, action.lower()))


def is_every_action(pattern: str) -> bool:
    """Return whether the text means every action of every service: `*`, `*:*`."""
    return "*" in pattern and not pattern.strip("*?:")


def matched(patterns: Iterable[Value], action: str) -> Value | None:
    """Return the first of a statement's actions that means this one, given in lower case."""
    return next((pattern for pattern in patterns if pattern.known and matches(pattern.text, action)), None)


def is_every_resource(resource: Value, service: str, kind: str = "") -> bool:
    """Return whether the text stands for everything that a service has, or has of a kind such as `role`.

    So do `*`; an ARN that is cut short by one, `arn:aws:iam::*`; and `arn:aws:iam::123456789012:role/*`.
    """
    return resource.text.endswith("*") and _is_every(resource.shape, service, kind)


@lru_cache(maxsize=1 << 14)
def _is_every(pattern: str, service: str, kind: str) -> bool:
    if not pattern.strip("*"):
        return True
    arn, *segments = pattern.split(":", _SEGMENTS - 1)
    if arn != "arn" or (len(segments) > 1 and segments[1] not in (service, "*", "⟨⟩")):
        return False
    if len(segments) < _SEGMENTS - 1:
        return bool(segments) and not segments[-1].strip("*")
    return re.fullmatch(_ALL_OF.format(kind or "[a-z-]+"), segments[-1]) is not None


def reaches_all(statement: ReadStatement, service: str, kind: str = "") -> bool:
    """Return whether neither resources nor conditions of a statement narrow what it reaches of a service."""
    everywhere = bool(statement.not_resources) or any(
        is_every_resource(resource, service, kind) for resource in statement.resources
    )
    return everywhere and not any(map(narrows, statement.conditions))


def narrows(condition: ReadCondition) -> bool:
    """Return whether a condition is about what is reached, and not about who calls, when, and from where."""
    return _ABOUT_THE_CALLER.fullmatch(condition.name) is None
