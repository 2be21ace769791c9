"""Measure the lengths of policy documents: trust policies, managed policies, inline policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from iamgen.aws import quotas
from iamgen.check.quota_usage.lengths import Ruler
from iamgen.check.quota_usage.usage import Measured, Usage, fits, label
from iamgen.iam.attachments import TemplateHolder, holders
from iamgen.iam.measure import ENTRY_MARKS
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import GROUP, POLICY, ROLE, USER, Document, Template
from iamgen.iam.values import Value, items

_INLINE = {ROLE: quotas.INLINE_OF_A_ROLE, USER: quotas.INLINE_OF_A_USER, GROUP: quotas.INLINE_OF_A_GROUP}
_FEWER = "name the account, and users by a condition on aws:username, or let fewer in"


def trust_policies(measured: Measured) -> Iterator[Usage]:
    """Yield the length of each trust policy."""
    limit = measured.facts.trust_policy_quota
    for document in measured.template.documents:
        if document.kind == "trust":
            used = measured.ruler.document(document)
            remedy = _FEWER
            if used <= quotas.TRUST_POLICY_RAISED:
                remedy += f"; AWS raises the quota to {quotas.TRUST_POLICY_RAISED:,} on request"
            more = _more_in_trust(document, limit - used, measured)
            owner = document.owner
            yield Usage(owner, f"{owner} trust policy", used, limit, "character", document.path, remedy, more)


def managed_policies(measured: Measured) -> Iterator[Usage]:
    """Yield the length of each managed policy."""
    policies = {policy.logical_id for policy in measured.template.of_type(POLICY)}
    continued = _continued(measured.template)
    remedy, limit = "divide it, or let patterns stand for names", quotas.MANAGED_POLICY
    for document in measured.template.documents:
        owner = document.owner
        if owner in policies:
            used = measured.ruler.document(document)
            more = _more_in_policy(document, limit - used, measured)
            grows = owner not in continued
            yield Usage(owner, owner, used, limit, "character", document.path, remedy, more, grows)


def inline_policies(measured: Measured) -> Iterator[Usage]:
    """Yield the length of all inline policies of a role, user or group together."""
    for holder in holders(measured.template):
        resource = holder.resource
        inline = [document for document in holder.documents if document.kind == "inline"]
        if resource.type in _INLINE and inline and _all_are_certain(holder, measured.template):
            used, limit = sum(map(measured.ruler.document, inline)), _INLINE[resource.type]
            owner, remedy = resource.logical_id, "make managed policies of them"
            yield Usage(owner, f"{label(resource)} inline policies", used, limit, "character", resource.path, remedy)


def _all_are_certain(holder: TemplateHolder, template: Template) -> bool:
    """Whether no condition decides which of the inline policies there are: if one did, not all might count."""
    if any("Fn::If" in document.path for document in holder.documents):
        return False
    owners = {document.owner for document in holder.documents}
    return all(resource.is_certain for resource in template.resources if resource.logical_id in owners)


def _more_in_trust(document: Document, room: int, measured: Measured) -> str:
    allowing = [statement for statement in document.statements if statement.allows]
    users = [name for statement in allowing for name in _user_names(statement)]
    users = users or [user for statement in allowing for user in _user_principals(statement, measured.template)]
    if users:
        return fits(room // (measured.longest(users) + ENTRY_MARKS), "user")
    if not allowing:
        return "nobody is trusted yet"
    return fits(room // (_longest_statement(document, measured.ruler) + len(",")), "statement")


def _user_names(statement: ReadStatement) -> Iterator[Value]:
    """Yield the names of people where a trust policy has them in a condition."""
    for condition in statement.conditions:
        if condition.name == "aws:username":
            yield from condition.values


def _user_principals(statement: ReadStatement, template: Template) -> Iterator[Value]:
    for principal in statement.principals:
        if ":user/" in principal.value.text or template.referred(principal.value, USER):
            yield principal.value


def _longest_statement(document: Document, ruler: Ruler) -> int:
    body = document.body if isinstance(document.body, Mapping) else {}
    bodies = (body for body, _ in items(body.get("Statement"), ()))
    return max((ruler.document(replace(document, body=body)) for body in bodies), default=0)


def _more_in_policy(document: Document, room: int, measured: Measured) -> str:
    roles = _assumed_roles(document)
    if roles:
        return fits(room // (measured.longest(roles) + ENTRY_MARKS), "role")
    statements = document.statements
    actions = [action for statement in statements for action in (*statement.actions, *statement.not_actions)]
    return fits(room // (measured.longest(actions) + ENTRY_MARKS), "action") if actions else ""


def _continued(template: Template) -> set[str]:
    """Return the policies that are full because a further one of their group goes on with the same."""
    identity = (document for document in template.documents if document.kind == "identity")
    assuming = {document.owner for document in identity if _assumed_roles(document)}
    continued: set[str] = set()
    for group in template.of_type(GROUP):
        policies = (template.referred(value, POLICY) for value in group.values("ManagedPolicyArns"))
        continued.update([policy.logical_id for policy in policies if policy and policy.logical_id in assuming][:-1])
    return continued


def _assumed_roles(document: Document) -> list[Value]:
    """Return the roles that a policy lets its holders assume, if that is all it allows."""
    allowing = [statement for statement in document.statements if statement.allows]
    actions = {action.text.lower() for statement in allowing for action in statement.actions}
    resources = [resource for statement in allowing for resource in statement.resources]
    return [role for role in resources if ":role/" in role.text] if actions == {"sts:assumerole"} else []
