"""Warn about constants in CONST.inc that look as if iamgen should read them, although it does not."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.declaration.account_ids import ID_ENDING, is_account_id
from iamgen.declaration.accounts import NAME, PROFILE, role_constant
from iamgen.declaration.constants import Constants
from iamgen.declaration.kinds import KIND, KINDS
from iamgen.declaration.stack_place import PLACES
from iamgen.errors import Fault

_ALIKE = 0.7  # of two names' ends, from which one may be the other, misspelt


def misspelt_constants(constants: Constants) -> Iterator[Fault]:
    """Yield a warning for each constant that is probably meant to be another one."""
    yield from _lookalikes(constants)
    yield from _in_other_letters(constants)


def _lookalikes(constants: Constants) -> Iterator[Fault]:
    """Find ids of accounts under a name that looks as if it should declare one, and kinds of accounts likewise."""
    for stated in constants.by_name.values():
        tail = stated.name[-len(ID_ENDING) :]
        if not is_account_id(stated.value) or tail == ID_ENDING or not _is_alike(tail, ID_ENDING):
            continue
        problem = f"{stated.name} has an account's id, but declares no account"
        yield Fault(
            constants.where(stated.name, "name"), problem, f"an account is declared by a name that ends in {ID_ENDING}"
        )
    for stated in constants.by_name.values():
        tail = stated.name[-len(KIND) :]
        if stated.value in KINDS and tail != KIND and _is_alike(tail, KIND):
            problem = f"{stated.name} has a kind of account, but states no account's kind"
            yield Fault(
                constants.where(stated.name, "name"), problem, f"a kind is stated by a name that ends in {KIND}"
            )


def _in_other_letters(constants: Constants) -> Iterator[Fault]:
    """Find names that iamgen would read if they were in capitals."""
    for name in constants.by_name:
        upper = name.upper()
        if name != upper and upper not in constants and _is_read(upper):
            problem = f"{name} is not read: names that iamgen reads are in capitals"
            yield Fault(constants.where(name, "name"), problem, f"write {upper}, or remove the line")


def _is_read(name: str) -> bool:
    return name in PLACES or name.endswith((NAME, PROFILE, KIND)) or role_constant(name) is not None


def _is_alike(tail: str, ending: str) -> bool:
    from difflib import SequenceMatcher  # takes 6 ms, and is only needed for a doubtful name

    return SequenceMatcher(None, tail, ending).ratio() >= _ALIKE
