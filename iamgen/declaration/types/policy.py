"""`Policy`: a customer managed policy of your own, whose document is a template."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

from iamgen.aws import quotas
from iamgen.aws.partitions import SUPPORTED
from iamgen.declaration.access_entries import account_faults, places
from iamgen.declaration.declared_names import NameForm, duplicates, name_faults
from iamgen.declaration.declared_type import Declared, MisDeclared, label
from iamgen.declaration.field_types import OptionalAccounts, Text
from iamgen.declaration.naming import STANDARD_POLICIES
from iamgen.declaration.origin import Origin
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.group import Group
    from iamgen.declaration.types.role import Role
    from iamgen.declaration.users_file import Written

    # Keys are Any because the keys of a Mapping are invariant: a dict of a name of its own would be refused.
    PlainValue: TypeAlias = (
        str | float | Declared | Sequence["PlainValue"] | Set["PlainValue"] | Mapping[Any, "PlainValue"] | None
    )
else:
    PlainValue = object  # of which the reading of users.py takes plain values alone

_PLAIN_VALUES = "values by name, such as {'bucket': 'logs'}: text, numbers, True, False, None; also in tuples and dicts"
_FORM = NameForm("P", quotas.POLICY_NAME, STANDARD_POLICIES)
_TEMPLATE = r"[A-Za-z0-9_][A-Za-z0-9_./-]*\.json\.j2"
_AWS_POLICY = r"[A-Za-z0-9+=,.@_/-]+"
ARN = re.compile(rf"arn:({'|'.join(SUPPORTED)}):(iam|sts)::(\d{{12}}|aws):\S+")


@dataclass(frozen=True, eq=False, repr=False)
class Policy(Declared):
    """A customer managed policy whose document is a Jinja2 template of `templates/policies/`.

    `Policy("LogsP", "logs.json.j2", vars={"bucket": "logs"})`

    Fields:
        name: a name that ends in P, such as "LogsP"
        template: a file of templates/policies/, such as "logs.json.j2"
        vars: values for the template, by name: text, numbers, True, False, None, and tuples and dicts of these
        accounts: where the policy is: a name or pattern, or several in a tuple; by default each account that uses it
    """

    name: Text
    template: Text
    _: KW_ONLY
    vars: Annotated[Mapping[str, PlainValue], _PLAIN_VALUES] = field(default_factory=lambda: MappingProxyType({}))
    accounts: OptionalAccounts = None


class OwnPolicy(NamedTuple):
    """A `Policy` resolved."""

    name: str
    """Its name, as in users.py."""
    template: str
    """The file of templates/policies/ that has its document."""
    vars: Mapping[str, object]
    """Values for the template, by name."""
    accounts: frozenset[str]
    """The names of the accounts that have it."""
    origin: Origin
    """Where it is declared."""


def own_policies(written: Written, accounts: Accounts) -> tuple[OwnPolicy, ...]:
    """Return the declared policies by name, each in the accounts it names, or else in those that use it."""
    return tuple(
        OwnPolicy(
            name=policy.name,
            template=policy.template,
            vars=MappingProxyType(dict(policy.vars)),
            accounts=_where_needed(policy, written, accounts),
            origin=policy.origin,
        )
        for policy in sorted(written.policies, key=lambda policy: policy.name)
    )


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared policies."""
    yield from duplicates(written.policies)
    for policy in written.policies:
        yield from name_faults(policy, _FORM, written)
        yield from template_faults(label(policy), policy.template, policy.origin)
        yield from account_faults(policy, policy.accounts, accounts)


def template_faults(holder: str, template: str, at: Origin) -> Iterator[MisDeclared]:
    """Yield a fault where `template` cannot be the name of a file in templates/policies/."""
    if not re.fullmatch(_TEMPLATE, template) or ".." in template:
        hint = "name a file of templates/policies/, such as 'logs.json.j2'"
        yield MisDeclared(at, f"{holder}: {template!r} is no template", hint, template)


def attachment_faults(holder: Role | Group, written: Written) -> Iterator[MisDeclared]:
    """Yield what is wrong with the policies that a role or a group names in `policies` and `managed_policies`."""
    declared = [policy.name for policy in written.policies]
    for name in holder.policies:
        if name not in declared and not written.explains("POLICIES", name):
            free_names = [other for other in declared if other not in holder.policies]
            otherwise = "declare it in POLICIES, or name AWS's own in managed_policies"
            hint = written.stray_hint(name) or did_you_mean(name, free_names, otherwise)
            yield MisDeclared(holder.origin, f"{label(holder)}: there is no Policy {name!r}", hint, name)
    for name in holder.managed_policies:
        yield from managed_policy_faults(holder, name, written)


def managed_policy_faults(holder: Role | Group, name: str, written: Written) -> Iterator[MisDeclared]:
    """Find a name that is no AWS policy's, and a declared policy that is named where AWS's own are meant."""
    is_declared = name in {policy.name for policy in written.policies}
    if name in holder.managed_policies and is_declared:
        problem = f"{label(holder)}: {name!r} is a Policy of yours"
        yield MisDeclared(holder.origin, problem, "name it in policies", name)
    elif not is_declared and not (ARN.fullmatch(name) if ":" in name else re.fullmatch(_AWS_POLICY, name)):
        hint = "write AWS's name, such as 'ReadOnlyAccess' or 'job-function/ViewOnlyAccess', or an ARN"
        yield MisDeclared(holder.origin, f"{label(holder)}: {name!r} is no managed policy", hint, name)


def kept_out(
    used: Collection[str | None], needed_in: Sequence[str], written: Written, accounts: Accounts
) -> Iterator[tuple[Policy, list[str]]]:
    """Yield each of the policies in `used` that is kept out of accounts in which it is needed, with those accounts."""
    for policy in written.policies:
        if policy.name in used and policy.accounts is not None:
            policy_places = places(policy.accounts, accounts)
            missing = [name for name in needed_in if name not in policy_places]
            if missing:
                yield policy, missing


def _where_needed(policy: Policy, written: Written, accounts: Accounts) -> frozenset[str]:
    if policy.accounts is not None:
        return frozenset(places(policy.accounts, accounts))
    used = {
        name
        for role in written.roles
        if policy.name in (*role.policies, role.boundary)
        for name in places(role.accounts, accounts)
    }
    if any(policy.name in group.policies for group in written.groups):
        used |= {name for name, account in accounts.by_name.items() if account.holds_people}
    return frozenset(used)
