"""How full each quota of AWS is in an account's template, and what fills it next.

What else an account has, made by others, is not known here and counts besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules._attachable import attachable
from iamgen.check.rules._lengths import Ruler
from iamgen.errors import Fault
from iamgen.iam.attachments import attached, holders, memberships
from iamgen.iam.holes import text
from iamgen.iam.statements import Statement
from iamgen.iam.template import GROUP, HOLDERS, NAMES, POLICY, ROLE, USER, Document, Resource, Template
from iamgen.iam.values import Value, items

WARN_FROM = 80
"""From how many percent on a quota is worth a warning."""

_PROVIDER = "AWS::IAM::OIDCProvider"
_INLINE = {ROLE: quotas.INLINE_OF_A_ROLE, USER: quotas.INLINE_OF_A_USER, GROUP: quotas.INLINE_OF_A_GROUP}
_NAMED = {
    ROLE: ("role", quotas.ROLE_NAME),
    USER: ("user", quotas.USER_NAME),
    GROUP: ("group", quotas.GROUP_NAME),
    POLICY: ("policy", quotas.POLICY_NAME),
}
_IN_ACCOUNT = {
    ROLE: ("role", quotas.ROLES),
    GROUP: ("group", quotas.GROUPS),
    POLICY: ("customer policy", quotas.POLICIES),
    USER: ("user", quotas.USERS),
    _PROVIDER: ("OIDC provider", quotas.OIDC_PROVIDERS),
}
_ONE_MORE = len('"",')  # what an entry takes in a list, besides itself


@dataclass(frozen=True)
class Headroom:
    """How much of one quota is used. `next` says in words what fills it next: `3 more users fit`."""

    account: str
    what: str
    used: int
    limit: int
    unit: str
    next: str

    @property
    def percent(self) -> int:
        """How full it is; 100 only when nothing more fits."""
        return self.used * 100 // self.limit

    @property
    def warning(self) -> Fault:
        """What to tell its owner."""
        what = f"{self.used:,} of {self.limit:,} {self.unit}, {self.percent} %"
        return Fault(f"{self.account} {self.what}", what, self.next)

    def plain(self) -> dict[str, object]:
        """Return it as JSON values, by the names of its fields, with `percent`."""
        return {**asdict(self), "percent": self.percent}


def headroom(account: str, template: Template, facts: Facts, people: int = 0) -> tuple[Headroom, ...]:
    """Return every quota of which the account's template uses something.

    `people` are the users of the account that are made by hand, and so are not in its template.
    """
    view = _View(account, template, facts, Ruler(template, facts))
    found = (_trusts, _policies, _holders, _users, _names, _template)
    return (*(row for rows in found for row in rows(view)), *_account(view, people))


def notable(rows: Sequence[Headroom]) -> tuple[Headroom, ...]:
    """Return the quotas that are worth a warning, those of WARN_FROM percent and more."""
    return tuple(row for row in rows if row.percent >= WARN_FROM)


@dataclass(frozen=True)
class _View:
    account: str
    template: Template
    facts: Facts
    ruler: Ruler

    def counted(self, what: str, used: int, limit: int, thing: str) -> Headroom:
        return Headroom(self.account, what, used, limit, _plural(thing), _fits(limit - used, thing))

    def measured(self, what: str, used: int, limit: int, then: str = "") -> Headroom:
        then = then if used <= limit else ""
        return Headroom(self.account, what, used, limit, "characters", then or _fits(limit - used, "character"))

    def longest(self, entries: Sequence[Value]) -> int:
        return max(self.ruler.text(one.text) for one in entries)


def _trusts(view: _View) -> Iterator[Headroom]:
    limit = view.facts.trust_policy_quota
    for document in view.template.documents:
        if document.kind == "trust":
            used = view.ruler.document(document)
            yield view.measured(
                f"{document.owner} trust policy", used, limit, _next_in_trust(document, limit - used, view)
            )


def _next_in_trust(document: Document, free: int, view: _View) -> str:
    allowing = [one for one in document.statements if one.allows]
    users = [name for one in allowing for name in _names_in(one)]
    users = users or [user for one in allowing for user in _users_in(one, view.template)]
    if users:
        return _fits(free // (view.longest(users) + _ONE_MORE), "user")
    if not allowing:
        return "nobody is trusted yet"
    return _fits(free // (_longest_statement(document, view.ruler) + len(",")), "statement")


def _names_in(statement: Statement) -> Iterator[Value]:
    """Yield the names of people where a trust has them in a condition, so that CI users alone are principals."""
    for condition in statement.conditions:
        if condition.name == "aws:username":
            yield from condition.values


def _users_in(statement: Statement, template: Template) -> Iterator[Value]:
    for principal in statement.principals:
        if ":user/" in principal.value.text or template.referred(principal.value, USER):
            yield principal.value


def _longest_statement(document: Document, ruler: Ruler) -> int:
    body = document.body if isinstance(document.body, Mapping) else {}
    statements = items(body.get("Statement"), ())
    return max((ruler.document(replace(document, body=one)) for one, _ in statements), default=0)


def _policies(view: _View) -> Iterator[Headroom]:
    managed = {one.logical_id for one in view.template.of_type(POLICY)} - _continued(view.template)
    for document in view.template.documents:
        if document.owner in managed:
            used, limit = view.ruler.document(document), quotas.MANAGED_POLICY
            yield view.measured(document.owner, used, limit, _next_in_policy(document, limit - used, view))


def _continued(template: Template) -> set[str]:
    """Return the policies that are full because a further one of their group goes on with the same."""
    assuming = {one.owner for one in template.documents if one.kind == "identity" and _roles_in(one)}
    found: set[str] = set()
    for group in template.of_type(GROUP):
        policies = (template.referred(value, POLICY) for value in group.values("ManagedPolicyArns"))
        found.update([one.logical_id for one in policies if one and one.logical_id in assuming][:-1])
    return found


def _roles_in(document: Document) -> list[Value]:
    """Return the roles that a policy lets somebody assume, if that is all it allows."""
    allowing = [one for one in document.statements if one.allows]
    actions = {action.text.lower() for one in allowing for action in one.actions}
    resources = [resource for one in allowing for resource in one.resources]
    return [one for one in resources if ":role/" in one.text] if actions == {"sts:assumerole"} else []


def _next_in_policy(document: Document, free: int, view: _View) -> str:
    roles = _roles_in(document)
    if roles:
        return _fits(free // (view.longest(roles) + _ONE_MORE), "role")
    actions = [action for one in document.statements for action in (*one.actions, *one.not_actions)]
    return _fits(free // (view.longest(actions) + _ONE_MORE), "action") if actions else ""


def _holders(view: _View) -> Iterator[Headroom]:
    own = list(attached(view.template))
    for holder in holders(view.template):
        resource = holder.resource
        if resource.type not in HOLDERS:
            continue
        policies = _managed(resource, [policy for one, policy in own if one is resource], view.template)
        if policies:
            yield view.counted(_called(resource), len(policies), attachable(resource, view.facts), "managed policy")
        inline = sum(view.ruler.document(one) for one in holder.documents if one.kind == "inline")
        if inline:
            yield view.measured(f"{_called(resource)} inline policies", inline, _INLINE[resource.type])


def _managed(holder: Resource, own: Sequence[Resource], template: Template) -> set[str]:
    """Return the managed policies of a holder, each once, however it is attached."""
    listed = ((template.referred(value, POLICY), value.text) for value in holder.values("ManagedPolicyArns"))
    named = {policy.logical_id if policy else written for policy, written in listed}
    return named | {policy.logical_id for policy in own if policy.type == POLICY}


def _users(view: _View) -> Iterator[Headroom]:
    groups = memberships(view.template)
    for user in view.template.of_type(USER):
        tags = sum(1 for _ in items(*user.under("Tags")))
        joined = len({group.text for group in groups[user.logical_id]})
        if joined:
            yield view.counted(_called(user), joined, quotas.GROUPS_OF_A_USER, "group")
        if tags:
            yield view.counted(_called(user), tags, quotas.TAGS, "tag")


def _names(view: _View) -> Iterator[Headroom]:
    """Yield the longest of each: names do not fill up, but a longer stack name or account may break one."""
    users = view.template.of_type(USER)
    tags = [tag for user in users for tag, _ in items(*user.under("Tags")) if isinstance(tag, Mapping)]
    named = {kind: [one.name for one in view.template.of_type(kind)] for kind in NAMES}
    texts = [(f"longest {what} name", limit, named[kind]) for kind, (what, limit) in _NAMED.items()]
    texts.append(("longest path", quotas.PATH, [one.text for user in users for one in user.values("Path")]))
    texts.append(("longest tag key", quotas.TAG_KEY, [text(tag.get("Key", "")) for tag in tags]))
    texts.append(("longest tag value", quotas.TAG_VALUE, [text(tag.get("Value", "")) for tag in tags]))
    for what, limit, of_kind in texts:
        length = max(map(view.ruler.text, of_kind), default=0)
        if length:
            yield view.measured(what, length, limit)


def _template(view: _View) -> Iterator[Headroom]:
    size = view.template.size
    yield view.counted("template", len(view.template.resources), quotas.RESOURCES, "resource")
    for what, limit in (("template without S3", quotas.TEMPLATE_INLINE), ("template", quotas.TEMPLATE)):
        yield view.counted(what, size, limit, "byte")
    description = len(text(view.template.body.get("Description", "")).encode(errors="replace"))
    if description:
        yield view.counted("template description", description, quotas.TEMPLATE_DESCRIPTION, "byte")


def _account(view: _View, people: int) -> Iterator[Headroom]:
    for kind, (thing, limit) in _IN_ACCOUNT.items():
        used = len(view.template.of_type(kind)) + (people if kind == USER else 0)
        if used:
            yield view.counted("account", used, limit, thing)


def _called(resource: Resource) -> str:
    known = [one.text for one in resource.values("UserName") if one.known]
    return known[0] if known else resource.logical_id


def _fits(room: int, thing: str) -> str:
    if room < 0:
        return f"{-room:,} too many"
    return f"{_amount(room, thing)} {'fits' if room == 1 else 'fit'}"


def _amount(count: int, thing: str) -> str:
    number = f"{count:,}" if count else "no"
    return f"{number} more {thing if count == 1 else _plural(thing)}"


def _plural(thing: str) -> str:
    return f"{thing[:-1]}ies" if thing.endswith("cy") else f"{thing}s"
