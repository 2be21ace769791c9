"""The names of roles that CONST.inc states, `DEV_IAM_READ_ROLE`, held against those that are generated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from iamgen.declaration.accounts import Accounts, account_name, role_constant
from iamgen.declaration.constants import Constant, Constants
from iamgen.declaration.naming import Naming
from iamgen.declaration.resolved import Account
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean


class NamedRole(NamedTuple):
    """A role that CONST.inc names: the constant, its account, and `READ` of `DEV_IAM_READ_ROLE`."""

    constant: Constant
    account: Account
    word: str


def named_roles(constants: Constants, found: Accounts) -> Iterator[NamedRole]:
    """Yield each role that is named in an account that there is."""
    for one in constants.by_name.values():
        match = role_constant(one.name)
        name = account_name(match[0]) if match else ""
        account = found.by_name.get(found.aliases.get(name, name))
        if match and account:
            yield NamedRole(one, account, match[1])


def role_name_faults(constants: Constants, found: Accounts, stack: str, roles: tuple[str, ...]) -> Iterator[Fault]:
    """Find each `<P>_IAM_<X>_ROLE` that is not what iamgen calls this role in this account."""
    known = {role.removesuffix("R").lower(): role for role in roles}
    for one, account, word in named_roles(constants, found):
        if not account.id.isdigit():
            continue
        role = known.get(word.replace("_", "").lower())
        if role is None:
            hint = did_you_mean(word, (r.upper() for r in known), f"roles are {', '.join(roles)}")
            yield Fault(constants.where(one.name), f"{one.name}: there is no such role", hint)
            continue
        made = Naming(stack, found.partition, account.id).full(role)
        if made != one.value:
            what = f"{one.name} is {one.value}, but the role's name will be {made}"
            yield Fault(constants.where(one.name), what, f"write {one.name}={made}, or remove the line")
