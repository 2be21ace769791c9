"""Whether statements allow a request: an explicit deny wins, then an allow, else it is denied.

Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from iamgen.access.conditions import all_hold
from iamgen.access.context import Context, ContextValue
from iamgen.access.documents import Principal, Statement
from iamgen.access.errors import located, undecided
from iamgen.access.patterns import pattern

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_-]+", re.ASCII)

Side = Literal["identity", "boundary", "trust"]


@dataclass(frozen=True)
class Request:
    """One action on one resource: its ARN, or `*` for an action that has none (`iam:ListUsers`).

    `principals` are the caller's names as a Principal element writes them, needed for trust policies only:
    the user, or the role and its session, and the account. Raises AccessError when action or resource has
    wildcards: a request is about one thing.
    """

    action: str
    resource: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    principals: frozenset[Principal] = frozenset()

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.action):
            raise undecided(self.action, "is not one action", "ask about one, written service:Action")
        if self.resource != "*" and ("*" in self.resource or not self.resource.startswith("arn:")):
            raise undecided(self.resource, "is not one resource", "ask about one ARN, or * for actions without")


@dataclass(frozen=True)
class Decision:
    """What came out. `by` is the statement that decided, None when no statement allows: an implicit deny.

    `explicit` says that a Deny statement decided. `side` names the policies that decided, or did not allow.
    """

    allowed: bool
    explicit: bool = False
    by: Statement | None = None
    side: Side = "identity"


def decide(statements: Iterable[Statement], request: Request, *, side: Side = "identity") -> Decision:
    """Return the decision of statements that are evaluated together, as the policies of one identity are.

    Every statement is looked at, whatever the others say: an error does not depend on their order.
    Raises AccessError for NotPrincipal, for a statement with principals when the request names none, and for
    conditions that the request's context cannot answer.
    """
    context = Context.of(request.context)
    applying = [statement for statement in statements if _applies(statement, request, context)]
    for effect in ("Deny", "Allow"):
        for statement in applying:
            if statement.effect == effect:
                return Decision(effect == "Allow", effect == "Deny", statement, side)
    return Decision(allowed=False, side=side)


def _applies(statement: Statement, request: Request, context: Context) -> bool:
    with located(_name(statement)):
        return (
            _principal_matches(statement, request)
            and _action_matches(statement, request.action)
            and _resource_matches(statement, request.resource, context)
            and all_hold(statement.conditions, context)
        )


def _principal_matches(statement: Statement, request: Request) -> bool:
    """Return whether the statement is about this caller; `*` is everybody.

    NotPrincipal is refused: with Deny its effect depends on the service, says the guide ("AWS might validate
    the account first"), and with Allow it lets in everybody else.
    """
    if statement.not_principals:
        raise undecided("NotPrincipal", "is not evaluated", "use Principal * and aws:PrincipalArn")
    if statement.principals and not request.principals:
        raise undecided("Principal", "is named, and the request does not say who is asking")
    if request.principals and not statement.principals:
        raise undecided("Principal", "is not named where the question is who may")
    return not statement.principals or any(
        principal.name == "*" or principal in request.principals for principal in statement.principals
    )


def _action_matches(statement: Statement, action: str) -> bool:
    """Compare without case: the guide's page on Action says that prefix and name are case-insensitive."""
    action = action.lower()
    if statement.not_actions:
        return not any(_like(wanted, action) for wanted in statement.not_actions)
    return any(_like(wanted, action) for wanted in statement.actions)


def _like(wanted: str, action: str) -> bool:
    return pattern(wanted.lower(), variables=False).matches(action)


def _resource_matches(statement: Statement, resource: str, context: Context) -> bool:
    """Compare with case. A statement without either element is a trust policy's: it is about its own role.

    An entry with a variable that has no value matches nothing, in NotResource too (guide, "Policy variables
    with no value"). In the first five segments of an ARN a `*` passes a colon only where it ends its segment
    (guide, page on Resource: there "it can expand to match beyond the colon boundaries"); in the resource
    part it stands for anything.
    """
    if statement.not_resources:
        return not _any_resource(statement.not_resources, statement, resource, context)
    return not statement.resources or _any_resource(statement.resources, statement, resource, context)


def _any_resource(wanted: tuple[str, ...], statement: Statement, resource: str, context: Context) -> bool:
    for text in wanted:
        resolved = pattern(text, variables=statement.variables).resolved(context)
        if resolved is not None and resolved.within_arn(run_on=True).matches(resource):
            return True
    return False


def _name(statement: Statement) -> str:
    return f"{statement.origin or 'policy'}, statement {statement.sid or 'without Sid'}"
