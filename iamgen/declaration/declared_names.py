"""What is wrong with ROLES, GROUPS and POLICIES: names, references to each other, where they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from iamgen.aws import quotas
from iamgen.aws.partitions import SUPPORTED, is_service_principal
from iamgen.aws.services import slip
from iamgen.declaration.access_entries import accounts_meant
from iamgen.declaration.accounts import Accounts
from iamgen.declaration.declared_type import MisDeclared, without_fault
from iamgen.declaration.expiry import end
from iamgen.declaration.model import STANDARD_ROLES, Emergency, Group, Policy, Role, Settings
from iamgen.declaration.naming import STANDARD_GROUPS, STANDARD_POLICIES, Naming
from iamgen.declaration.users_file import Written
from iamgen.similar_names import did_you_mean

_ENDINGS: dict[type, tuple[str, int, Sequence[str]]] = {
    Role: ("R", quotas.ROLE_NAME, STANDARD_ROLES),
    Group: ("G", quotas.GROUP_NAME, STANDARD_GROUPS),
    Policy: ("P", quotas.POLICY_NAME, STANDARD_POLICIES),
}
_RESERVED = re.compile(r"AssumeRole\d+P|CIUser.*|User.*|OIDC.*|.*ServicesP")
_ARN = re.compile(rf"arn:({'|'.join(SUPPORTED)}):(iam|sts)::(\d{{12}}|aws):\S+")
_AWS_POLICY = re.compile(r"[A-Za-z0-9+=,.@_/-]+")
_TEMPLATE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*\.json\.j2")

Named = Role | Group | Policy


def named_faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared roles, groups and policies."""
    for kind in (written.roles, written.groups, written.policies):
        yield from _duplicates(kind)
    named: tuple[Named, ...] = (*written.roles, *written.groups, *written.policies)
    for one in named:
        yield from _name_faults(one, written)
    for role in written.roles:
        yield from _role_faults(role, written, accounts)
    for group in written.groups:
        yield from _group_faults(group, written)
    for policy in written.policies:
        yield from _policy_faults(policy, accounts)


def about(one: Named) -> str:
    """Return how a message calls it: `Role 'DataR'`."""
    return f"{type(one).__name__} {one.name!r}"


def _name_faults(one: Named, written: Written) -> Iterator[MisDeclared]:
    ending, limit, standard = _ENDINGS[type(one)]
    if not re.fullmatch(rf"[A-Z][A-Za-z0-9]*{ending}", one.name):
        hint = f"a name of letters and digits, with a capital at its start, that ends in {ending}: Data{ending}"
        yield MisDeclared(one.origin, f"{about(one)}: this is no name for it", hint, one.name)
    if one.name.casefold() in {name.casefold() for name in standard} or _RESERVED.fullmatch(one.name):
        what = f"{about(one)}: iamgen makes one of that name itself"
        yield MisDeclared(one.origin, what, "choose another name", one.name)
    stack = written.settings.stack if written.settings else "infra"
    over = len(Naming(stack, "aws", "0" * quotas.ACCOUNT_ID).full(one.name)) - limit
    if over > 0:
        what = f"{about(one)} is too long once it is {stack}-{one.name}-ACCOUNT"
        yield MisDeclared(one.origin, what, f"{limit} characters at most: {over} too many", one.name)


def _duplicates(some: Iterable[Named]) -> Iterator[MisDeclared]:
    first: dict[str, Named] = {}
    for one in some:
        other = first.setdefault(one.name.casefold(), one)
        if other is not one:
            what = f"{about(one)} is declared already (line {other.origin.line})"
            yield MisDeclared(one.origin, what, "IAM compares names without case: keep one of the two", one.name)


def _role_faults(role: Role, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    yield from _account_faults(role, accounts)
    yield from _policy_references(role, written)
    yield from _places_of_policies(role, written, accounts)
    for service in role.services:
        hint = slip(service)
        if hint:
            yield MisDeclared(role.origin, f"{about(role)}: {service!r} is no known service", hint, service)
    for who in role.assumed_by:
        yield from _assumer_faults(role, who, written, accounts)
    if role.name in _assumers(role, written):
        what = f"{about(role)} may be assumed by itself, by way of assumed_by"
        yield MisDeclared(role.origin, what, "break the circle: one of them cannot name the next", role.name)
    if role.session_hours not in quotas.SESSION_HOURS:
        what = f"{about(role)}: session_hours is {role.session_hours}"
        yield MisDeclared(role.origin, what, "a session lasts 1 to 12 hours", "session_hours")
    if len(role.description) > quotas.ROLE_DESCRIPTION:
        what = f"{about(role)}: its description has {len(role.description)} characters"
        yield MisDeclared(role.origin, what, f"{quotas.ROLE_DESCRIPTION:,} at most", "description")
    if role.boundary is not None:
        yield from _policy_reference(role, role.boundary, written)
    emergency = without_fault(role.emergency)
    if isinstance(emergency, Emergency):
        yield from _emergency_faults(role, emergency)


def _assumers(role: Role, written: Written) -> set[str]:
    """Return every declared role that may come to this one, by however many steps."""
    by_name = {one.name: one for one in written.roles}
    found: set[str] = set()
    waiting = list(role.assumed_by)
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in found:
            found.add(name)
            waiting += by_name[name].assumed_by
    return found


def _assumer_faults(role: Role, who: str, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    assumer = next((one for one in written.roles if one.name == who), None)
    there = places(assumer.accounts, accounts) if assumer else ()
    missing = [name for name in places(role.accounts, accounts) if assumer and name not in there]
    if missing:
        what = f"{about(role)} is in {', '.join(missing[:3])}, but {who}, which may assume it, is not"
        yield MisDeclared(role.origin, what, "give both the same accounts, or name the role by its ARN", who)
    if who in written.role_names or _ARN.fullmatch(who) or is_service_principal(who):
        return
    what = f"{about(role)}: {who!r} is no service, role or ARN that may assume it"
    otherwise = "write a service such as 'lambda.amazonaws.com', a role's name, or an ARN"
    yield MisDeclared(role.origin, what, did_you_mean(who, written.role_names, otherwise), who)


def _emergency_faults(role: Role, emergency: Emergency) -> Iterator[MisDeclared]:
    if not emergency.reason.strip():
        yield MisDeclared(emergency.origin, f"{about(role)}: its Emergency has no reason", "say why", "reason")
    try:
        end(emergency.until)
    except ValueError as exc:
        what = f"{about(role)}: its Emergency's until {emergency.until!r} {exc}"
        yield MisDeclared(emergency.origin, what, "write a day such as '2027-01-31'", emergency.until)
    yield from _template_faults(f"{about(role)}: Emergency", emergency.template, emergency)


def _template_faults(whose: str, template: str, at: Emergency | Policy) -> Iterator[MisDeclared]:
    if not _TEMPLATE.fullmatch(template) or ".." in template:
        what = f"{whose}: {template!r} is no template"
        yield MisDeclared(at.origin, what, "name a file of templates/policies/, such as 'logs.json.j2'", template)


def _account_faults(one: Role | Policy, accounts: Accounts) -> Iterator[MisDeclared]:
    for key in accounts_keys(one.accounts):
        if accounts.by_name and not accounts_meant(key, accounts):
            hint = did_you_mean(
                key, [*accounts.by_name, *accounts.aliases], f"CONST.inc declares {', '.join(accounts.by_name)}"
            )
            yield MisDeclared(one.origin, f"{about(one)}: {key!r} is no account, nor matches any", hint, key)


def accounts_keys(accounts: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the account names and patterns of a field that takes one or several."""
    if accounts is None:
        return ()
    return (accounts,) if isinstance(accounts, str) else tuple(accounts)


def _policy_references(one: Role | Group, written: Written) -> Iterator[MisDeclared]:
    declared = [policy.name for policy in written.policies]
    for name in one.policies:
        if name not in declared:
            hint = did_you_mean(name, declared, "declare it in POLICIES, or name AWS's own in managed_policies")
            yield MisDeclared(one.origin, f"{about(one)}: there is no Policy {name!r}", hint, name)
    for name in one.managed_policies:
        yield from _policy_reference(one, name, written)
    yield from _too_many_policies(one, written)


def _too_many_policies(one: Role | Group, written: Written) -> Iterator[MisDeclared]:
    """Find more managed policies than can be attached; one that is named twice counts once."""
    total = len({*one.policies, *one.managed_policies}) + (isinstance(one, Role) and bool(one.services))
    limit, remedy = quotas.POLICIES_OF_A_GROUP, "join some; this quota cannot be raised"
    if isinstance(one, Role):
        limit = (written.settings or Settings()).managed_policies_quota
        most = quotas.POLICIES_OF_A_ROLE_RAISED
        remedy = "join some"
        if limit < most:
            remedy += f", or have AWS raise the quota and set Settings(managed_policies_quota=…), up to {most}"
    if total > limit:
        what = f"{about(one)} has {total} managed policies, and {limit} is the quota"
        yield MisDeclared(one.origin, what, remedy, one.name)


def _policy_reference(one: Role | Group, name: str, written: Written) -> Iterator[MisDeclared]:
    """Find a name that is no AWS policy's, and a declared policy given where AWS's own are meant."""
    is_declared = name in {policy.name for policy in written.policies}
    if name in one.managed_policies and is_declared:
        yield MisDeclared(one.origin, f"{about(one)}: {name!r} is a Policy of yours", "name it in policies", name)
    elif not is_declared and not (_ARN.fullmatch(name) if ":" in name else _AWS_POLICY.fullmatch(name)):
        hint = "write AWS's name, such as 'ReadOnlyAccess' or 'job-function/ViewOnlyAccess', or an ARN"
        yield MisDeclared(one.origin, f"{about(one)}: {name!r} is no managed policy", hint, name)


def _places_of_policies(role: Role, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Find policies that are kept out of an account in which the role needs them."""
    there = places(role.accounts, accounts)
    for policy in written.policies:
        used = policy.name in (*role.policies, role.boundary)
        if not used or policy.accounts is None:
            continue
        missing = [name for name in there if name not in places(policy.accounts, accounts)]
        if missing:
            what = f"{about(role)} is in {', '.join(missing[:3])}, but {about(policy)} is not"
            yield MisDeclared(role.origin, what, "give both the same accounts, or leave the policy's out", policy.name)


def places(keys: str | Sequence[str] | None, accounts: Accounts) -> tuple[str, ...]:
    """Return the names of the accounts that a field means, in CONST.inc's order."""
    meant = {name for key in accounts_keys(keys) for name in accounts_meant(key, accounts)}
    return tuple(name for name in accounts.by_name if name in meant)


def _group_faults(group: Group, written: Written) -> Iterator[MisDeclared]:
    yield from _policy_references(group, written)
    people = [user.name for user in written.users]
    for member in group.members:
        if member not in people:
            hint = did_you_mean(member, people, "members are people of USERS")
            yield MisDeclared(group.origin, f"{about(group)}: there is no User {member!r}", hint, member)


def _policy_faults(policy: Policy, accounts: Accounts) -> Iterator[MisDeclared]:
    yield from _template_faults(about(policy), policy.template, policy)
    yield from _account_faults(policy, accounts)
