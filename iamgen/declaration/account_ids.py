"""Ids of AWS accounts in CONST.inc: the names of their constants, and the form of ids and of account names."""

from __future__ import annotations

from collections.abc import Mapping

from iamgen.aws import quotas
from iamgen.similar_names import CLOSE, nearest

ID_ENDING = "_AWS_ACCOUNT_ID"
"""How the name of a constant ends that declares an account."""
LONGEST_NAME = 64
"""How many characters the name of an account may have, after which folders, jobs and environments of CI are called."""
LONGEST_NAME_HINT = f"an account's name has {LONGEST_NAME} at most, as folders and jobs of CI are called after it"
"""What to do about a longer name."""


def is_account_id(text: str) -> bool:
    """Tell whether it is an account's id: 12 digits."""
    return is_digits(text) and len(text) == quotas.ACCOUNT_ID


def is_digits(text: str) -> bool:
    """Tell whether it is digits of ASCII alone."""
    return text.isascii() and text.isdigit()


def similar_id(name: str, values: Mapping[str, str]) -> str | None:
    """Return the constant that has an account's id, and is probably meant to be called `name`; None where none is."""
    ids = (known for known, value in values.items() if is_account_id(value))
    return nearest(name, [known for known in ids if not known.upper().endswith(ID_ENDING)], CLOSE)
