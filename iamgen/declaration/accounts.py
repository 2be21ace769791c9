"""Derive the AWS accounts from the constants of CONST.inc, and which of them holds the people."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from iamgen.aws.partitions import PartitionName
from iamgen.declaration.account_ids import (
    ID_ENDING,
    LONGEST_NAME,
    LONGEST_NAME_HINT,
    is_account_id,
    is_digits,
    similar_id,
)
from iamgen.declaration.constants import Constant, Constants
from iamgen.declaration.kinds import KIND, USER_ONLY, kind_faults, kind_of, production_by_name, second_holders
from iamgen.declaration.resolved import Account
from iamgen.declaration.stack_place import stack_place
from iamgen.declaration.standard import PEOPLE_ACCOUNT
from iamgen.errors import Fault
from iamgen.similar_names import nearest

_ID, NAME = ID_ENDING, "_AWS_ACCOUNT_NAME"
_IAM, _ROLE = "_IAM_", "_ROLE"
PROFILE = "_AWS_PROFILE"
_ID_HINT = "an account id has 12 digits, leading zeros included"


@dataclass(frozen=True)
class Accounts:
    """The accounts of CONST.inc, and what is wrong with them."""

    region: str
    """The region in which the stacks are."""
    partition: PartitionName
    """The partition of AWS that the region is in."""
    by_name: Mapping[str, Account]
    """The accounts by name, in CONST.inc's order."""
    aliases: Mapping[str, str]
    """Other names of accounts, each with the name of the account that it stands for."""
    faults: tuple[Fault, ...] = field(default=(), compare=False)
    """What is wrong with them."""
    odd_ids: tuple[Fault, ...] = field(default=(), compare=False)
    """Ids that are digits, but not twelve: AWS has none such, examples do."""


def accounts(constants: Constants) -> Accounts:
    """Return the declared accounts; a fault leaves out no account, so that users.py can be read on."""
    declared = {
        account_name(name): constants.get(name) or "" for name in _known(constants) if _declares(name, constants)
    }
    misspelt = {**constants.missing_ids, **_misspelt_ids(constants, declared)}
    declared |= {account_name(meant): constants[name] if name else "" for meant, name in misspelt.items()}
    faults = [*_id_faults(constants), *_misspelt_faults(constants, misspelt), *_orphans(constants, declared)]
    declared |= {account_name(prefix): "" for _, prefix, meant in _orphaned(constants, declared) if not meant}
    partition, region, place_faults = stack_place(constants)
    by_name = {
        name: Account(
            name,
            id_,
            kind_of(name, constants.get(constant(name, KIND))),
            constants.get(constant(name, NAME)) or name,
        )
        for name, id_ in declared.items()
    }
    stated = _stated_kinds(constants)
    faults += [*place_faults, *kind_faults(stated, constants)]
    faults += second_holders(by_name.values(), stated, constants)
    by_name, aliases, people_faults = _with_people(constants, by_name)
    faults += people_faults
    return Accounts(region, partition, by_name, aliases, tuple(faults), tuple(_odd_ids(constants)))


def account_name(constant_name: str) -> str:
    """Return `acme-prod` for `ACME_PROD_AWS_ACCOUNT_ID`."""
    return constant_name.lower().removesuffix(_ID.lower()).replace("_", "-")


def _declares(name: str, constants: Constants) -> bool:
    """Return whether a constant declares an account. One in lower case is meant to, unless it repeats another."""
    if name.endswith(_ID):
        return True
    upper = name.upper()
    return upper.endswith(_ID) and upper not in constants.by_name and upper not in constants.faulty


def role_constant(name: str) -> tuple[str, str] | None:
    """Return `ACME_DEV` and `READ` for `ACME_DEV_IAM_READ_ROLE`, None for a name of another form.

    A regular expression for it takes minutes for a long name that does not match.
    """
    at = name.find(_IAM, 1)
    prefix, word = name[:at], name[at + len(_IAM) :].removesuffix(_ROLE)
    return (prefix, word) if at > 0 and word and name.endswith(f"{_IAM}{word}{_ROLE}") else None


def constant(account: str, suffix: str) -> str:
    """Return the name of an account's constant: `ACME_PROD` and the suffix for `acme-prod`."""
    return account.upper().replace("-", "_") + suffix


def _known(constants: Constants) -> tuple[str, ...]:
    """Return every name, also those of a faulty line: its account exists, whatever its id is."""
    return (*constants.by_name, *(name for name in sorted(constants.faulty) if name not in constants.by_name))


def _stated_kinds(constants: Constants) -> Mapping[str, Constant]:
    """Return the constants that state an account's kind, by the account's name."""
    stated = (constant for constant in constants.by_name.values() if constant.name.endswith(KIND))
    return {account_name(constant.name.removesuffix(KIND)): constant for constant in stated}


def _id_faults(constants: Constants) -> Iterator[Fault]:
    for stated in constants.by_name.values():
        if not _declares(stated.name, constants):
            continue
        if not re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", stated.name):
            upper = stated.name.upper()
            example = upper if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", upper) else f"ACME_DEV{_ID}"
            hint = f"write it in upper case, words joined by one _ each, such as {example}"
            yield Fault(constants.where(stated.name, "name"), f"{stated.name} is no account's name", hint)
        length = len(account_name(stated.name))
        if length > LONGEST_NAME:
            problem = f"the account's name has {length} characters"
            yield Fault(constants.where(stated.name, "name"), problem, LONGEST_NAME_HINT)
        if not is_digits(stated.value):
            digits = re.sub(r"[\s-]", "", stated.value)
            hint = f"write {digits}, without hyphens" if is_account_id(digits) else _ID_HINT
            yield Fault(constants.where(stated.name), f"{stated.name} has {stated.value!r}", hint)


def _odd_ids(constants: Constants) -> Iterator[Fault]:
    for stated in constants.by_name.values():
        if stated.name.endswith(_ID) and is_digits(stated.value) and not is_account_id(stated.value):
            yield Fault(constants.where(stated.name), f"{stated.name} has {len(stated.value)} digits", _ID_HINT)


def _misspelt_ids(constants: Constants, declared: Mapping[str, str]) -> dict[str, str]:
    """Return, for accounts of which only other constants are declared, by the name that is missing the one that has an
    account's id and is meant for it."""
    missing = (f"{prefix}{_ID}" for _, prefix in _parts(constants) if account_name(prefix) not in declared)
    return {name: similar for name in missing if (similar := similar_id(name, constants))}


def _misspelt_faults(constants: Constants, misspelt: Mapping[str, str | None]) -> Iterator[Fault]:
    for meant, name in misspelt.items():
        if name is None:
            continue  # the lines that refer to it are told
        problem = f"{name} has an account's id, but declares no account"
        yield Fault(constants.where(name, "name"), problem, f"did you mean {meant}? Other lines speak of that")


def _orphans(constants: Constants, declared: Mapping[str, str]) -> Iterator[Fault]:
    for stated, prefix, meant in _orphaned(constants, declared):
        hint = f"did you mean {meant}{_ID}?" if meant else f"declare the account: {prefix}{_ID}=…"
        yield Fault(constants.where(stated.name, "name"), f"{stated.name}: there is no {prefix}{_ID}", hint)


def _orphaned(constants: Constants, declared: Mapping[str, str]) -> Iterator[tuple[Constant, str, str | None]]:
    """Yield what `_parts` yields of accounts that are not declared, each with the beginning that may be meant."""
    for stated, prefix in _parts(constants):
        if account_name(prefix) not in declared:
            ids = (name.removesuffix(_ID) for name in constants.by_name if name.endswith(_ID))
            yield stated, prefix, nearest(prefix, ids)


def _parts(constants: Constants) -> Iterator[tuple[Constant, str]]:
    """Yield each constant that says something of an account, and how the names of that account's constants begin."""
    for stated in constants.by_name.values():
        role = role_constant(stated.name)
        suffix = next((end for end in (NAME, PROFILE, KIND) if stated.name.endswith(end)), "")
        prefix = stated.name.removesuffix(suffix) if suffix else role and role[0]
        if prefix:
            yield stated, prefix


def _with_people(
    constants: Constants, by_name: dict[str, Account]
) -> tuple[dict[str, Account], dict[str, str], list[Fault]]:
    """Mark the account that holds people; find those that share an id."""
    stands_in, faults = _stand_in(constants, by_name)
    faults += _twins(constants, by_name, stands_in)
    own = next((name for name, account in by_name.items() if account.kind == USER_ONLY), PEOPLE_ACCOUNT)
    holder = stands_in or own
    aliases = {name: holder for name in (own, PEOPLE_ACCOUNT) if name != holder and holder in by_name}
    marked = {
        name: account._replace(holds_people=name == holder) for name, account in by_name.items() if name not in aliases
    }
    return marked, aliases, faults


def _stand_in(constants: Constants, by_name: Mapping[str, Account]) -> tuple[str | None, list[Fault]]:
    """Return the account that stands in for user-only, or None if user-only is an account of its own."""
    declared = next((account for account in by_name.values() if account.kind == USER_ONLY), None)
    likely = [name for name, account in by_name.items() if account.kind == "dev"] or [
        name for name, account in by_name.items() if account.kind == "workload"
    ]
    if declared:
        same = (n for n, a in by_name.items() if a.id == declared.id and a.id and a.kind in ("dev", "workload"))
        return next(same, None), []
    meant = nearest(PEOPLE_ACCOUNT, (name for name, account in by_name.items() if account.kind == "workload"))
    if meant:
        problem = f"there is no {PEOPLE_ACCOUNT} account, but one called {meant}"
        holder = _same_id(constants, likely[0])
        hint = f"write {constant(meant, KIND)}={USER_ONLY}; or say who else holds the people: {holder}"
        return None, [Fault(constants.where(constant(meant, _ID)), problem, hint)]
    if len(likely) == 1:
        return likely[0], []
    problem = "there is no account for people"
    if not by_name:
        return None, [Fault(constants.path, "it declares no account", "write DEV_AWS_ACCOUNT_ID=… and the others")]
    hint = "declare USER_ONLY_AWS_ACCOUNT_ID=…"
    if likely:
        problem = f"{problem}, and {', '.join(likely)} could each stand in"
        hint += f"; to let one of these stand in, give it the same id: {_same_id(constants, likely[0])}"
    return None, [Fault(constants.path, problem, hint)]


def _same_id(constants: Constants, account: str) -> str:
    """Return the line that gives user-only the id of an account; no line can refer to a value in quotes."""
    name = constant(account, _ID)
    if name in constants.quoted:
        return f"USER_ONLY{_ID}={constants.get(name) or '…'}"
    return f"USER_ONLY{_ID}=${{{name}}} below it"


def _twins(constants: Constants, by_name: Mapping[str, Account], stands_in: str | None) -> Iterator[Fault]:
    by_id: dict[str, list[str]] = defaultdict(list)
    for name, account in by_name.items():
        if account.id and not (stands_in and account.kind == USER_ONLY):
            by_id[account.id].append(name)
    for first, *later in by_id.values():
        for other in later:
            where = constants.where(constant(other, _ID))
            line = constants.where(constant(first, _ID))
            hint = "give each its own; only an account that is not for production may share user-only's, to stand in"
            yield Fault(where, f"{other} has the id of {first} ({line})", hint)


def production_unsaid(constants: Constants, accounts: Accounts) -> Iterator[Fault]:
    """Warn of accounts that are called as production is, and are deployed without approval."""
    for name in production_by_name(accounts.by_name.values(), _stated_kinds(constants)):
        problem = f"{name} looks like production by its name, but is treated as a dev account is"
        hint = f"write {constant(name, KIND)}=prod, or =workload if it is not"
        yield Fault(constants.where(constant(name, _ID), "name"), problem, hint)
