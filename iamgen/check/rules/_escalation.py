"""Find which actions that lead to more power a policy allows, and which ways to more power they open together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamgen.aws.data import managed_policies
from iamgen.aws.escalation import ESCALATING, ON_IAM, PASS_ROLE, RECEIVERS, STEPS, passed_to, resources_of
from iamgen.check.rules._actions import is_every_action, meant
from iamgen.check.rules._narrowing import is_every_resource, reaches_all, receivers, without_receivers
from iamgen.iam.attachments import TemplateHolder
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import POLICY, Resource, Template
from iamgen.iam.values import Value

_ADMINISTRATOR_POLICY = ":iam::aws:policy/AdministratorAccess"


def allowed(statements: Iterable[ReadStatement], *, by_star: bool = False) -> frozenset[str]:
    """Return the dangerous actions that are allowed on every resource.

    Passing any role is among them once for each service that it can be passed to, and under its own name if that is
    any service. An Allow of every action counts only with `by_star`: it is a fault of its own.
    """
    allows = [statement for statement in statements if statement.allows]
    reached = {
        (action, about)
        for statement in allows
        for action in _meant(statement, by_star=by_star)
        for about in resources_of(action)
        if reaches_all(statement, *about)
    }
    passing = (
        passed_to(service)
        for statement in allows
        if PASS_ROLE in _meant(statement, by_star=by_star)
        for service in services_passed_to(statement)
    )
    return frozenset(
        action for action, _ in reached if all((action, about) in reached for about in resources_of(action))
    ) | {*passing}


def services_passed_to(statement: ReadStatement) -> tuple[str, ...]:
    """Return the services that an Allow of iam:PassRole lets any role be passed to."""
    on_roles = replace(statement, conditions=without_receivers(statement))
    return receivers(statement, RECEIVERS) if reaches_all(on_roles, "iam", "role") else ()


def denied(statements: Iterable[ReadStatement]) -> frozenset[str]:
    """Return the dangerous actions that are denied outright. One that needs two resources cannot do without either."""
    outright = (statement for statement in statements if not statement.allows and not statement.conditions)
    actions = {
        action
        for statement in outright
        for action in _meant(statement, by_star=True)
        if any(
            is_every_resource(resource, *about) for resource in statement.resources for about in resources_of(action)
        )
    }
    return frozenset(actions | ({*map(passed_to, RECEIVERS)} if PASS_ROLE in actions else set()))


def ways(actions: frozenset[str]) -> Iterator[str]:
    """Yield in words each way to escalate that the dangerous actions open."""
    yield from dict.fromkeys(step.words for step in STEPS if step.is_open(actions))


def of_aws(policy: Value) -> frozenset[str]:
    """Return the dangerous actions of one of AWS's managed policies."""
    return managed_policies().get(policy.text.partition(":iam::aws:policy/")[2], frozenset())


def within_boundaries(holder: Resource, template: Template) -> frozenset[str]:
    """Return the dangerous actions that a holder's boundaries leave: all of them where it has none.

    A boundary that is not known may leave them all: see `boundary_doubt`.
    """
    powers = frozenset((*ESCALATING, *map(passed_to, RECEIVERS)))
    for value in holder.values("PermissionsBoundary"):
        limit = _of_boundary(value, template)
        powers &= powers if limit is None else limit
    return powers


def boundary_doubt(holder: Resource, template: Template) -> str:
    """Return, as a part of a sentence, that a holder's boundary is not known; nothing if it is known, or if there is
    none."""
    unknown = (value for value in holder.values("PermissionsBoundary") if _of_boundary(value, template) is None)
    value = next(unknown, None)
    return f", unless its permissions boundary {value.text}, which is not known here, leaves that out" if value else ""


def _of_boundary(boundary: Value, template: Template) -> frozenset[str] | None:
    """Return the dangerous actions that a boundary leaves; None where its document is not known."""
    if ":iam::aws:policy/" in boundary.text:
        name = boundary.text.partition(":iam::aws:policy/")[2]
        return managed_policies().get(name)
    policy = template.referred(boundary, POLICY)
    if policy is None:
        return None
    limits = (document for document in template.documents if document.owner == policy.logical_id)
    return frozenset().union(*(allowed(document.statements, by_star=True) for document in limits))


def is_administrator(holder: TemplateHolder) -> bool:
    """Return whether somebody has full power, or power over IAM, by which they can give it to themselves."""
    if any(value.text.endswith(_ADMINISTRATOR_POLICY) for value in holder.aws):
        return True
    statements = [statement for document in holder.documents for statement in document.statements if statement.allows]
    full = any(is_every_action(action.text) for statement in statements for action in statement.actions)
    return full or any(way in ON_IAM for way in ways(allowed(statements)))


def escalating(statement: ReadStatement) -> set[str]:
    """Return the dangerous actions that a statement is about, except those that it means by `*`."""
    return _meant(statement, by_star=False)


def _meant(statement: ReadStatement, *, by_star: bool) -> set[str]:
    """Return the dangerous actions that a statement is about; `by_star` says whether `*` counts."""
    if statement.not_actions:
        return set(ESCALATING).difference(*(meant(action.text, ESCALATING) for action in statement.not_actions))
    patterns = (action.text for action in statement.actions if by_star or not is_every_action(action.text))
    return {action for pattern in patterns for action in meant(pattern, ESCALATING)}
