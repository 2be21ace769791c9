"""Decide for every known action at once whether somebody may do it.

Actions that the same statements are about have the same answer, so each class of such actions is decided by one request
for one of them. The request goes through `iamgen.access.principals.verdict_on`: there is one way to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.evaluate import Outcome, Request, Verdict
from iamgen.access.known_actions import ActionSet, KnownActions
from iamgen.access.principals import Caller, RequestContext, verdict_on
from iamgen.access.statement_index import StatementIndex


@dataclass(frozen=True)
class ActionClass:
    """Actions that have the same answer for the same reason."""

    actions: ActionSet
    """The actions."""
    verdict: Verdict
    """The answer for each of them. What it says about an action by name is about the first of them."""


@dataclass(frozen=True)
class ActionMatrix:
    """The answers for every known action on one resource."""

    known: KnownActions
    """The actions."""
    classes: tuple[ActionClass, ...]
    """The classes; each known action is in exactly one of them."""

    def with_outcome(self, outcome: Outcome) -> ActionSet:
        """Return the actions with this outcome: allowed, denied, or unknown."""
        actions = 0
        for item in self.classes:
            if item.verdict.outcome == outcome:
                actions |= item.actions
        return actions


def action_matrix(caller: Caller, known: KnownActions, resource: str, context: RequestContext) -> ActionMatrix:
    """Return what the caller may do on a resource, of all known actions.

    `resource` is an ARN, or `*` for requests without a resource: an Allow for certain resources only does not apply
    to those. `context` has the keys of the requests, as `request_of` puts them together.
    """
    alone = known.only(NOT_UP_TO_POLICIES)
    singles = [known.only([name]) for name in known.named(alone)]
    classes = (*_classes(caller, known, known.all & ~alone), *singles)
    return ActionMatrix(
        known,
        tuple(
            ActionClass(actions, verdict_on(caller, Request(known.first(actions), resource, context)))
            for actions in classes
        ),
    )


def _classes(caller: Caller, known: KnownActions, actions: ActionSet) -> tuple[ActionSet, ...]:
    """Divide a set of actions into parts, so that the same statements are about each action of a part."""
    indexes = list(caller.entity.statements.indexes)
    if caller.entity.boundary:
        indexes.append(caller.entity.boundary.index)
    return divided_by_statements(known, indexes, actions)


def divided_by_statements(
    known: KnownActions, indexes: Iterable[StatementIndex], actions: ActionSet
) -> tuple[ActionSet, ...]:
    """Divide a set of actions into parts, so that the same statements of the policies are about each action of a
    part."""
    parts = [actions] if actions else []
    for index in indexes:
        for item in known.of_policy(index):
            parts = _divided(_divided(parts, item.certain), item.doubtful)
    return tuple(parts)


def _divided(parts: list[ActionSet], by: ActionSet) -> list[ActionSet]:
    """Return the parts, each of them cut in two where some of its actions are in `by` and some are not.

    What is cut off goes to the end. So the large rest that few statements are about stays at the beginning, where
    most of the actions of the next statement are found at once, and nothing behind needs to be looked at.
    """
    outside, inside = list(parts), list[ActionSet]()
    remaining = by
    for place, part in enumerate(parts):
        if not remaining:
            break
        common = part & remaining
        if common and common != part:
            outside[place] = part ^ common
            inside.append(common)
        remaining ^= common
    return outside + inside
