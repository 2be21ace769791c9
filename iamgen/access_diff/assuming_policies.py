"""Collect the policies that together decide whether somebody may assume a role: their own, and its trust policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from iamgen.access.context import Context, ContextValue
from iamgen.access.documents import Effect, Principal, Statement
from iamgen.access.entities import IamRole
from iamgen.access.evaluate import Request, Verdict
from iamgen.access.principals import ASSUME, Caller, verdict_on_assuming
from iamgen.access.resource_lists import ResourceList, compared_resource
from iamgen.access.statement_index import indexes_of
from iamgen.access_diff.callers import FixedKeys, caller_of, fixed_keys
from iamgen.errors import Fault
from iamgen.questions.model import KnownEntity
from iamgen.regions.difference import PolicySet

_EVERYTHING = Statement("Allow", actions=("*",), resources=("*",), origin="the trust policy, which is enough")
_EFFECTS: tuple[Effect, ...] = ("Allow", "Deny")
_VARIABLE = "${"


@dataclass(frozen=True)
class AssumingPolicies(PolicySet):
    """Everything that decides about one caller and one role. The statements of each side are about that role alone."""

    trust: tuple[Statement, ...] = ()
    """The statements of the trust policy that mean the caller, without the names."""
    caller: Caller | None = None
    """The caller; None where they or the role are not there."""
    role: IamRole | None = None
    """The role."""
    doubts: tuple[Fault, ...] = field(default=(), compare=False)
    """Why it is not decided whether the trust policy alone is enough."""

    @property
    def sides(self) -> tuple[tuple[Statement, ...], ...]:
        """The statements of the caller's policies, of the boundary and of the trust policy: all have to allow it."""
        boundary = (_EVERYTHING,) if self.boundary is None else self.boundary
        return (self.identity, boundary, self.trust)

    def verdict(self, request: Request) -> Verdict:
        """Return what the evaluator decides about a request."""
        if self.caller is None or self.role is None:
            return Verdict("denied", side="trust")
        context: Mapping[str, ContextValue] = request.context
        return verdict_on_assuming(self.caller, self.role, context)


def assuming_policies(caller: KnownEntity | None, role: KnownEntity | None) -> AssumingPolicies:
    """Return the policies that decide whether a user or role may assume a role; without one of them, nobody may."""
    if caller is None or role is None:
        return AssumingPolicies(())
    asking, target = caller_of(caller), role.as_role
    identity = tuple(_about(caller.entity.statements, target.arn, fixed_keys(caller)))
    boundary = caller.entity.boundary
    within = tuple(_about(boundary.indexed_statements, target.arn, fixed_keys(caller))) if boundary else None
    policies = AssumingPolicies(identity, within, tuple(_meaning(target.trust, asking.principals)), asking, target)
    return _with_trust_alone(policies, asking, target)


def _with_trust_alone(policies: AssumingPolicies, asking: Caller, role: IamRole) -> AssumingPolicies:
    """Return the policies with what need not be allowed because the trust policy names the caller.

    In the same account, a trust policy that names a user is enough, and one that names a role is within the boundary of
    that role. A Deny counts all the same.
    """
    if asking.entity.arn.split(":")[:5] != role.arn.split(":")[:5]:
        return policies
    is_role = isinstance(asking.entity, IamRole)
    itself = frozenset({Principal("AWS", asking.entity.arn)})
    by_name = [item for item in _meaning(role.trust, itself) if item.effect == "Allow"]
    allowing = [item for item in policies.trust if item.effect == "Allow"]
    if not by_name:
        return policies
    if len(by_name) < len(allowing):
        reason = "trusts a caller both by name and by account, of which one alone is enough"
        return replace(policies, doubts=(Fault(f"trust policy of {role.name}", reason),))
    boundary = policies.boundary
    if boundary is not None and not is_role:
        boundary = (*boundary, _EVERYTHING)
    return replace(policies, identity=(*policies.identity, _EVERYTHING), boundary=boundary)


def _meaning(statements: tuple[Statement, ...], names: frozenset[Principal]) -> Iterator[Statement]:
    """Yield the statements of a trust policy that mean somebody with these names, without the names."""
    for statement in statements:
        if statement.not_principals:
            reason = Fault(statement.origin, "has NotPrincipal, which is not evaluated")
            yield replace(statement, not_principals=(), unread=(*statement.unread, reason))
        elif not names.isdisjoint(statement.principals) or any(item.name == "*" for item in statement.principals):
            yield replace(statement, principals=())


def _about(statements: tuple[Statement, ...], arn: str, fixed: FixedKeys) -> Iterator[Statement]:
    """Yield the statements of a policy that are about assuming a role, without the resource where it is certain."""
    for index in indexes_of(statements):
        candidates = index.candidates(ASSUME.lower(), principals=False)
        for prepared in (item for effect in _EFFECTS for item, _ in candidates[effect]):
            statement = prepared.statement
            answer = _matches(statement, arn, fixed)
            if answer is None:
                yield statement
            elif answer:
                yield replace(statement, resources=(), not_resources=())


def _matches(statement: Statement, arn: str, fixed: FixedKeys) -> bool | None:
    """Return whether a statement is about a role; None where that depends on the request."""
    entries = statement.not_resources or statement.resources
    if not entries:
        return True
    context: Mapping[str, ContextValue] = fixed
    certain = [entry for entry in entries if _VARIABLE not in entry]
    listed = ResourceList.of(certain, variables=statement.variables)
    matched = listed.matches(compared_resource(arn), Context(context))
    if matched.value is None or (not matched.value and len(certain) < len(entries)):
        return None
    return not matched.value if statement.not_resources else matched.value
