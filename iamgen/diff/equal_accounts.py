"""Group accounts that have the same changes, so that a person reads each change once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from iamgen.diff.change import Change, Detail

OWN_ID = "${AWS::AccountId}"
"""What stands in the place of an account's own id, as in a template of CloudFormation's."""
Item = TypeVar("Item")


def groups(items: Iterable[Item], key: Callable[[Item], Hashable]) -> tuple[tuple[Item, ...], ...]:
    """Return the items that share a key together, in the order in which the first of each group comes."""
    by_key: dict[Hashable, list[Item]] = {}
    for item in items:
        by_key.setdefault(key(item), []).append(item)
    return tuple(map(tuple, by_key.values()))


def without_own_id(changes: Collection[Change], account_id: str) -> tuple[Change, ...]:
    """Return the changes with `${AWS::AccountId}` in the place of the account's own id, which is in every name of a
    role: so two accounts can have the same changes. The ids of other accounts stay."""
    own = re.compile(rf"(?<!\d){re.escape(account_id)}(?!\d)")
    return tuple(
        replace(change, details=tuple(_without(detail, own) for detail in change.details)) for change in changes
    )


def _without(detail: Detail, own: re.Pattern[str]) -> Detail:
    inner = tuple(_without(below, own) for below in detail.details)
    return replace(detail, where=own.sub(OWN_ID, detail.where), text=own.sub(OWN_ID, detail.text), details=inner)
