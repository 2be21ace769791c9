"""Whether a statement applies to a request: each of its elements, with three-valued answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.access.answers import NO, YES, Answer, all_of, certain, unknown
from iamgen.access.conditions import answer_of_all
from iamgen.access.context import Context
from iamgen.access.documents import Principal, Statement
from iamgen.access.errors import located, undecided
from iamgen.access.resource_lists import any_resource
from iamgen.errors import Fault


@dataclass(frozen=True)
class RequestFacts:
    """What statements are compared with."""

    action: str
    """The action in lower case."""
    resource: str
    """An ARN, or `*` for an action that has no resource."""
    context: Context
    """The condition keys."""
    principals: frozenset[Principal]
    """The caller's names, empty where the policies are the caller's own."""


def applies(statement: Statement, facts: RequestFacts) -> Answer:
    """Return whether the statement applies. Raises AccessError if it is of another kind than the question."""
    _check_kind(statement, facts)
    action = _action_matches(statement, facts.action)
    if action.no:
        return NO
    return all_of((action, *_rest(statement, facts))).located(lambda: _name(statement))


def _rest(statement: Statement, facts: RequestFacts) -> Iterator[Answer]:
    yield _principal_matches(statement, facts)
    yield _resource_matches(statement, facts)
    yield answer_of_all(statement.conditions, facts.context)
    yield unknown(statement.unread) if statement.unread else YES


def _check_kind(statement: Statement, facts: RequestFacts) -> None:
    named = bool(statement.principals or statement.not_principals)
    if named == bool(facts.principals):
        return
    with located(_name(statement)):
        if named:
            raise undecided("Principal", "is named, and the request does not say who is asking")
        raise undecided("Principal", "is not named where the question is who may")


def _principal_matches(statement: Statement, facts: RequestFacts) -> Answer:
    """Return whether the statement is about this caller; `*` is everybody.

    NotPrincipal is not evaluated: with Deny its effect depends on the service, says the guide ("AWS might
    validate the account first"), and with Allow it lets in everybody else.
    """
    if statement.not_principals:
        return unknown([Fault("NotPrincipal", "is not evaluated", "use Principal * and aws:PrincipalArn")])
    return certain(
        not statement.principals
        or any(principal.name == "*" or principal in facts.principals for principal in statement.principals)
    )


def _action_matches(statement: Statement, action: str) -> Answer:
    """Compare without case: the guide's page on Action says that prefix and name are case-insensitive."""
    matched = statement.action_list.matches(action)
    return matched.opposite() if statement.not_actions else matched


def _resource_matches(statement: Statement, facts: RequestFacts) -> Answer:
    """Compare with case. A statement without either element is a trust policy's: it is about its own role."""
    entries = statement.not_resources or statement.resources
    if not entries:
        return YES
    matched = any_resource(entries, facts.resource, facts.context, variables=statement.variables)
    return matched.opposite() if statement.not_resources else matched


def _name(statement: Statement) -> str:
    return f"{statement.origin or 'policy'}, statement {statement.sid or 'without Sid'}"
