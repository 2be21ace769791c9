"""Write the set of requests to which a statement applies as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from iamgen.access.answers import Answer
from iamgen.access.documents import Principal, Statement
from iamgen.access.matching import PreparedStatement, refuse_kind
from iamgen.access.patterns import Pattern, Variable, Wildcard
from iamgen.access.resource_lists import ResourcePattern, resource_pattern
from iamgen.regions.formulas import (
    FALSE,
    TRUE,
    Formula,
    OpaqueTest,
    ResourceTest,
    TestClaim,
    either,
    every,
    opposite,
)
from iamgen.regions.normal_conditions import KnownCaller, condition_formula, variable_doubt

_NOT_IN_RESOURCES = frozenset("*⟨⟩")


@dataclass(frozen=True)
class Viewpoint:
    """The caller for whom statements are turned into formulas."""

    caller: KnownCaller
    """What is the same in each of their requests."""
    principals: frozenset[Principal] = frozenset()
    """Their names, for trust policies only."""


def place_of(statement: Statement) -> str:
    """Return how a statement is named: by its policy, and its Sid or its number there."""
    name = statement.sid or (str(statement.number) if statement.number else "without Sid")
    return f"statement {name} of {statement.origin or 'the policy'}"


def unnamed(statement: Statement) -> Statement:
    """Return a statement without its names: those that are equal so mean the same."""
    return replace(statement, sid="", origin="", number=0)


def applies(prepared: PreparedStatement, about_action: Answer, viewpoint: Viewpoint) -> Formula:
    """Return when a statement applies to a request for an action; `about_action` is yes or unknown.

    Raises AccessError when the statement names principals and the viewpoint does not, or the other way round.
    """
    statement = prepared.statement
    if prepared.names_principals != bool(viewpoint.principals):
        refuse_kind(statement)
    parts = [
        TRUE if about_action.yes else _whole(statement, "has a wildcard for the service, which AWS does not document"),
        _whole(statement, f"is not known: {statement.unread[0].problem}") if statement.unread else TRUE,
        _principal(statement, viewpoint),
        _resource(statement, viewpoint.caller),
        *(condition_formula(condition, statement, viewpoint.caller) for condition in statement.conditions),
    ]
    return every(parts)


def _whole(statement: Statement, reason: str) -> Formula:
    """Return the claim that a statement applies of which that cannot be decided. Its names make no difference."""
    return TestClaim(OpaqueTest((reason, unnamed(statement)), statement, reason))


def _principal(statement: Statement, viewpoint: Viewpoint) -> Formula:
    if statement.not_principals:
        return _whole(statement, "has NotPrincipal, which is not evaluated")
    names = statement.principals
    if not names or any(item.name == "*" for item in names) or not viewpoint.principals.isdisjoint(names):
        return TRUE
    return FALSE


def _resource(statement: Statement, caller: KnownCaller) -> Formula:
    if statement.not_resources:
        return opposite(_listed(statement.not_resources, statement, caller))
    return _listed(statement.resources, statement, caller) if statement.resources else TRUE


def _listed(entries: Iterable[str], statement: Statement, caller: KnownCaller) -> Formula:
    """Return when one of the entries of a list of resources matches."""
    certain, doubtful = set[Pattern](), list[Formula]()
    for entry in entries:
        if entry == "*":
            return TRUE
        prepared = resource_pattern(entry, variables=statement.variables)
        if prepared.written.has_early_variables():
            continue  # matches nothing
        if reason := _doubt(prepared, caller):
            widened = TestClaim(ResourceTest(frozenset({_widened(prepared.plain)})))
            doubtful.append(every((TestClaim(OpaqueTest(prepared.written, statement, f"{entry} {reason}")), widened)))
        elif resolved := prepared.written.resolved(caller.context):
            certain.add(resolved)
    of_certain = [TestClaim(ResourceTest(frozenset(certain)))] if certain else []
    return either((*of_certain, *doubtful))


def _doubt(prepared: ResourcePattern, caller: KnownCaller) -> str:
    """Return why it is not decided what an entry matches, as a clause; empty where it is."""
    if prepared.text == "arn":
        return "is completed to an ARN, which AWS does not document"
    if prepared.plain is not prepared.written:
        return "has capital letters before the fifth colon, of which AWS does not document what they match"
    literal = {character for part in prepared.written.parts if isinstance(part, str) for character in part}
    if literal & _NOT_IN_RESOURCES:
        return "is about a resource with a * in its name"
    return variable_doubt(prepared.written, caller) if prepared.written.has_variables() else ""


def _widened(written: Pattern) -> Pattern:
    """Return a pattern that matches whatever this one does, with whichever values of its variables."""
    return Pattern(
        tuple(
            Wildcard(many=True)
            if isinstance(part, Variable) or (isinstance(part, str) and set(part) & _NOT_IN_RESOURCES)
            else part
            for part in written.parts
        )
    )
