"""Which of the actions that lead to more power a policy allows, and which ways to more power they open together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamgen.aws.escalation import ESCALATING, ON_IAM, PASS_ROLE, WITH_EXISTING_ROLE, WITH_PASS_ROLE, resources_of
from iamgen.check.rules._actions import is_every_action, is_every_resource, meant, reaches_all
from iamgen.iam.statements import ReadStatement


def allowed(statements: Iterable[ReadStatement], *, by_star: bool = False) -> frozenset[str]:
    """Return the dangerous actions that are allowed on every resource.

    An Allow of every action counts only with `by_star`: it is a fault of its own.
    """
    allows = [statement for statement in statements if statement.allows]
    return frozenset(
        action
        for statement in allows
        for action in _meant(statement, by_star=by_star)
        if reaches_all(statement, *resources_of(action))
    )


def denied(statements: Iterable[ReadStatement]) -> frozenset[str]:
    """Return the dangerous actions that are denied outright."""
    outright = (statement for statement in statements if not statement.allows and not statement.conditions)
    return frozenset(
        action
        for statement in outright
        for action in _meant(statement, by_star=True)
        if any(is_every_resource(resource, *resources_of(action)) for resource in statement.resources)
    )


def ways(actions: frozenset[str]) -> Iterator[str]:
    """Yield in words each way to escalate that the dangerous actions open."""
    yield from (action for action in ON_IAM if action in actions)
    if PASS_ROLE in actions:
        for action, needed in WITH_PASS_ROLE.items():
            if action in actions and (not needed or actions.intersection(needed)):
                yield f"{PASS_ROLE} with {action}"
    yield from (action for action in WITH_EXISTING_ROLE if action in actions)


def _meant(statement: ReadStatement, *, by_star: bool) -> set[str]:
    """Return the dangerous actions that a statement is about; `by_star` says whether `*` counts."""
    if statement.not_actions:
        return set(ESCALATING).difference(*(meant(action.text, ESCALATING) for action in statement.not_actions))
    patterns = (action.text for action in statement.actions if by_star or not is_every_action(action.text))
    return {action for pattern in patterns for action in meant(pattern, ESCALATING)}
