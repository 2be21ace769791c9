"""What changes in the templates of several accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Literal, NamedTuple

from iamgen.plan.change import Change
from iamgen.plan.difference import Template, differences
from iamgen.plan.lines import Counts, counts, signed

State = Literal["new", "changed", "same", "gone"]


class AccountTemplate(NamedTuple):
    """An account's template. Accounts are the same by id, whatever they are called."""

    account: str
    id: str
    template: Template


@dataclass(frozen=True)
class AccountChanges:
    """What changes in an account. One that is `gone` is declared no more: nothing changes in AWS by that."""

    account: str
    state: State
    changes: tuple[Change, ...]

    @property
    def head(self) -> str:
        """The account and how much changes in it."""
        if self.state == "gone":
            return f"{self.account}: declared no more; its stack stays until somebody deletes it"
        new = " (new)" if self.state == "new" else ""
        return f"{self.account}{new}: {counts(self.changes)}"

    def plain(self) -> dict[str, object]:
        """Return the changes as JSON values."""
        return {
            "account": self.account,
            "state": self.state,
            **counts(self.changes).plain(),
            "changes": [one.plain() for one in self.changes],
        }


def across(
    before: Collection[AccountTemplate] | None, after: Collection[AccountTemplate]
) -> tuple[AccountChanges, ...]:
    """Return what changes in each account, by name; None is before there was any."""
    was = {one.id: one for one in before or ()}
    now = {one.id for one in after}
    found = [_of(was.get(one.id), one) for one in after]
    found += [AccountChanges(one.account, "gone", ()) for one in was.values() if one.id not in now]
    return tuple(sorted(found, key=lambda one: one.account))


def _of(before: AccountTemplate | None, after: AccountTemplate) -> AccountChanges:
    if before is None:
        return AccountChanges(after.account, "new", differences(None, after.template))
    changes = differences(before.template, after.template)
    return AccountChanges(after.account, "changed" if changes else "same", changes)


def total(accounts: Collection[AccountChanges]) -> Counts:
    """Return how many resources come, change and go in all of them."""
    return reduce(Counts.__add__, (counts(one.changes) for one in accounts), Counts(0, 0, 0))


def account_lines(accounts: Collection[AccountChanges], *, brief: bool = False) -> Iterator[str]:
    """Yield the accounts that change, each with its changes below it unless `brief`; then those that do not."""
    for one in accounts:
        if one.state != "same":
            yield one.head
            yield from () if brief else (f"    {line}" for line in signed(one.changes))
    yield from unchanged(accounts)


def unchanged(accounts: Collection[AccountChanges]) -> Iterator[str]:
    """Yield a line that names the accounts in which nothing changes, if there are any."""
    same = [one.account for one in accounts if one.state == "same"]
    if same:
        yield f"no changes: {', '.join(same)}"
