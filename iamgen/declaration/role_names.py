"""Compare the role names that CONST.inc states, `DEV_IAM_READ_ROLE`, with the names that iamgen generates."""

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
    """A role that CONST.inc names."""

    constant: Constant
    """The constant that names it, `DEV_IAM_READ_ROLE`."""
    account: Account
    """The account that it is in."""
    word: str
    """The word for the role in the constant's name: `READ`."""


def named_roles(constants: Constants, accounts: Accounts) -> Iterator[NamedRole]:
    """Yield each role that is named in an account that there is."""
    for constant in constants.by_name.values():
        match = role_constant(constant.name)
        name = account_name(match[0]) if match else ""
        account = accounts.by_name.get(accounts.aliases.get(name, name))
        if match and account:
            yield NamedRole(constant, account, match[1])


def role_name_faults(constants: Constants, accounts: Accounts, stack: str, roles: tuple[str, ...]) -> Iterator[Fault]:
    """Find each `<P>_IAM_<X>_ROLE` that is not what iamgen calls this role in this account."""
    known = {role.removesuffix("R").lower(): role for role in roles}
    for constant, account, word in named_roles(constants, accounts):
        if not account.id.isdigit():
            continue
        role = known.get(word.replace("_", "").lower())
        if role is None:
            hint = did_you_mean(word, (r.upper() for r in known), f"roles are {', '.join(roles)}")
            yield Fault(constants.where(constant.name, "name"), f"{constant.name}: there is no such role", hint)
            continue
        generated = Naming(stack, accounts.partition, account.id).full(role)
        if generated != constant.value:
            problem = f"{constant.name} is {constant.value}, but the role's name will be {generated}"
            hint = f"write {constant.name}={generated}, or remove the line"
            yield Fault(constants.where(constant.name), problem, hint)
