"""Find the kind of an account from its name or from `<P>_AWS_ACCOUNT_KIND`, and names whose kind is in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from iamgen.declaration.constants import Constant, Constants
from iamgen.declaration.resolved import Account, Kind
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean

USER_ONLY: Kind = "user-only"
KIND = "_AWS_ACCOUNT_KIND"
KINDS: tuple[Kind, ...] = get_args(Kind)
_BY_LAST_WORD: Mapping[str, Kind] = {"dev": "dev", "prod": "prod"}
# `non-prod` and `pre-prod` are held as production is, since they end in -prod; their kind may be stated all the same.
_NEGATED = r"(?:.*-)?(?:non|not|pre)-[^-]+"
_PRODUCTION = re.compile(
    r"(?!(?:non|not|pre)-?(?:prod|production|prd|live))"
    r"(?:[a-z0-9]*(?:prod|prd|production)|live|productive|prod(?:eu|us|ap|uk|de))\d*"
)


def kind_of(name: str, stated: str | None) -> Kind:
    """Return the kind that CONST.inc states for an account; that of its name where it states none, or a wrong one."""
    by_name = _kind_by_name(name)
    return by_name if by_name == USER_ONLY else next((kind for kind in KINDS if kind == stated), by_name)


def _kind_by_name(name: str) -> Kind:
    return USER_ONLY if name == USER_ONLY else _BY_LAST_WORD.get(name.rpartition("-")[2], "workload")


def kind_faults(stated: Mapping[str, Constant], constants: Constants) -> Iterator[Fault]:
    """Find stated kinds that do not exist, and those that contradict the account's own name."""
    for name, constant in stated.items():
        by_name = _kind_by_name(name)
        if constant.value not in KINDS:
            hint = did_you_mean(constant.value, KINDS, f"write one of {', '.join(KINDS)}")
            yield Fault(
                constants.where(constant.name), f"{constant.name}: no kind of account is {constant.value!r}", hint
            )
        elif constant.value != by_name != "workload" and not re.fullmatch(_NEGATED, name):
            problem = f"{constant.name} is {constant.value}, but the account's name says that it is {by_name}"
            yield Fault(constants.where(constant.name), problem, "remove the line, or give the account another name")


def second_holders(by_name: Iterable[Account], stated: Mapping[str, Constant], constants: Constants) -> Iterator[Fault]:
    """Find accounts that are user-only besides the first: people live in one account."""
    first, *later = [account.name for account in by_name if account.kind == USER_ONLY] or [""]
    for name in later:
        constant = stated.get(name) or stated.get(first)
        where = constants.where(constant.name) if constant else constants.path
        problem = f"{name} and {first} are both of the kind {USER_ONLY}"
        yield Fault(where, problem, "all people live in one account: keep one of the two")


def production_by_name(by_name: Iterable[Account], stated: Mapping[str, Constant]) -> Iterator[str]:
    """Yield the accounts that are called as production is, but are not treated so, and whose kind is not stated."""
    for account in by_name:
        if account.kind == "workload" and account.name not in stated and looks_like_production(account.name):
            yield account.name


def looks_like_production(name: str) -> bool:
    """Return whether an account is called as production is."""
    words = name.split("-")
    before = ["", *words]
    return any(
        _PRODUCTION.fullmatch(word) and previous not in ("non", "not", "pre")
        for previous, word in zip(before, words, strict=False)
    )
