"""Find which actions a policy's text means: IAM's wildcards, and what counts as every action. Several rules use it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iamgen.aws.data.services import wildcard
from iamgen.iam.values import Value


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
