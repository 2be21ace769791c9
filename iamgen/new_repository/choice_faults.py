"""Finds what is wrong with the choices for a new repository, before any file is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from iamgen.aws import quotas
from iamgen.aws.partitions import REGIONS
from iamgen.declaration.account_ids import LONGEST_NAME, LONGEST_NAME_HINT, is_account_id
from iamgen.declaration.kinds import USER_ONLY
from iamgen.declaration.naming import IAM_NAME
from iamgen.errors import Fault
from iamgen.jinja.requirements import PINNED, requirement_of
from iamgen.new_repository.choices import AccountChoice, NewRepository, chosen_kind
from iamgen.similar_names import did_you_mean

_ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def choice_faults(choices: NewRepository) -> Iterator[Fault]:
    """Yield everything that is wrong with what was chosen; nothing about what is not chosen yet."""
    yield from account_faults(choices.accounts)
    if choices.region:
        yield from region_faults(choices.region)
    yield from person_faults(choices.people)
    if choices.requirement:
        yield from requirement_faults(choices.requirement)


def account_faults(accounts: Sequence[AccountChoice]) -> Iterator[Fault]:
    """Yield what is wrong with the accounts, each by itself; when nothing is, what is wrong with them together."""
    single = [fault for account in accounts for fault in (*name_faults(account.name), *id_faults(account))]
    repeated = list(_repeated_names(accounts))
    yield from (*single, *repeated)
    if accounts and not single and not repeated:
        yield from _shared_ids(accounts)
        yield from _holder_faults(accounts)


def name_faults(name: str, kind: str = "account") -> Iterator[Fault]:
    """Yield what is wrong with the name of an account, or of a project, which the names of its accounts begin with."""
    if not _ACCOUNT_NAME.fullmatch(name):
        likely = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        example = likely if _ACCOUNT_NAME.fullmatch(likely) else "shop-dev"
        hint = f"lower case letters and digits, words joined by a hyphen: {example}"
        yield Fault(
            f"--account {name}".strip(), f"this is no name for {'an' if kind == 'account' else 'a'} {kind}", hint
        )
    elif len(name) > LONGEST_NAME:
        yield Fault(f"--account {name}", f"the name has {len(name)} characters", LONGEST_NAME_HINT)


def id_faults(account: AccountChoice) -> Iterator[Fault]:
    """Yield what is wrong with the id of an account."""
    if not account.id:
        yield Fault(
            f"--account {account.name}".strip(), "it has no id", f"write --account {account.name or 'dev'}=111111111111"
        )
    elif not is_account_id(account.id):
        only = re.sub(r"[\s-]", "", account.id)  # as on the pages of AWS, which write ids in groups
        digits = f"{len(only)} digits" if re.fullmatch("[0-9]+", only) else "other characters than digits"
        hint = f"an account id has {quotas.ACCOUNT_ID} digits, leading zeros included"
        yield Fault(f"--account {account.name}".strip(), f"the id {account.id!r} has {digits}", hint)


def _repeated_names(accounts: Iterable[AccountChoice]) -> Iterator[Fault]:
    names = [account.name for account in accounts]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Fault(f"--account {name}", "the account is named twice", "name each account once")


def _shared_ids(accounts: Sequence[AccountChoice]) -> Iterator[Fault]:
    by_id: dict[str, list[str]] = {}
    for account in accounts:
        by_id.setdefault(account.id, []).append(account.name)
    for id_, names in by_id.items():
        if len(names) > 1 and not _is_stand_in(names):
            hint = "give each its own; only user-only and an account that is not for production may share one"
            yield Fault(f"--account {names[-1]}", f"the id {id_} is also that of {', '.join(names[:-1])}", hint)


def _is_stand_in(names: Sequence[str]) -> bool:
    """Return whether these accounts may be the same: the people's, and one that stands in for it."""
    kinds = sorted(chosen_kind(name) for name in names)
    return kinds in (["dev", USER_ONLY], [USER_ONLY, "workload"])


def _holder_faults(accounts: Sequence[AccountChoice]) -> Iterator[Fault]:
    """Yield a fault where it is not clear which account holds the people, or where there is none beside theirs."""
    if any(account.name == USER_ONLY for account in accounts):
        if len(accounts) == 1:
            yield Fault("--account", "there is no account to work in", "add such as --account dev=222222222222")
        return
    likely = stand_ins([account.name for account in accounts])
    if len(likely) == 1:
        return
    problem = "no account is there to hold the people"
    hint = f"add --account {USER_ONLY}=ID"
    if likely:
        problem = f"no account holds the people, and {', '.join(likely)} could each stand in"
        hint += f"; with the id of {likely[0]} as ID, {likely[0]} holds the people too"
    yield Fault("--account", problem, hint)


def stand_ins(names: Iterable[str]) -> list[str]:
    """Return the accounts that could hold the people beside their own purpose: for development, else no production."""
    kinds = {name: chosen_kind(name) for name in names}
    dev = [name for name, kind in kinds.items() if kind == "dev"]
    return dev or [name for name, kind in kinds.items() if kind == "workload"]


def region_faults(region: str) -> Iterator[Fault]:
    """Yield what is wrong with the region."""
    if region not in REGIONS:
        newer = "write one such as eu-west-1; if AWS has opened this one since, change CONST.inc afterwards"
        hint = did_you_mean(region, REGIONS, newer)
        yield Fault(f"--region {region}", "AWS has no such region, as far as iamgen knows", hint)


def person_faults(people: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with the names of people."""
    for name in dict.fromkeys(people):
        if not IAM_NAME.fullmatch(name):
            hint = "an IAM name has letters, digits and _+=,.@- only"
            yield Fault(f"--person {name}".strip(), "no IAM user can have this name", hint)
        elif len(name) > quotas.USER_NAME:
            hint = f"a user's name has {quotas.USER_NAME} at most"
            yield Fault(f"--person {name}", f"the name has {len(name)} characters", hint)
    folded = [name.casefold() for name in people]
    for name in dict.fromkeys(folded):
        if folded.count(name) > 1:
            spellings = " and ".join(dict.fromkeys(person for person in people if person.casefold() == name))
            yield Fault(f"--person {spellings}", "the person is named twice", "IAM compares names without case")


def requirement_faults(line: str) -> Iterator[Fault]:
    """Yield what is wrong with the line by which pip installs iamgen."""
    requirement = requirement_of("--iamgen", line) if "\n" not in line else None
    if requirement is None:
        yield Fault("--iamgen", f"{line!r} is no requirement of iamgen", PINNED)
    elif not requirement.is_pinned:
        yield Fault("--iamgen", f"{line!r} leaves open which iamgen is installed", PINNED)
