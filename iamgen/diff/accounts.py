"""Find what changes in the stacks of several accounts: new, changed, unchanged, or no longer declared."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal, NamedTuple

from iamgen.aws.iam_types import IAM_TYPES
from iamgen.diff.change import Change
from iamgen.diff.difference import DiffTemplate, differences
from iamgen.diff.equal_accounts import groups, without_own_id
from iamgen.diff.lines import Counts, counts, signed
from iamgen.diff.short_names import with_short_names
from iamgen.diff.values import key
from iamgen.ui.plan_line import PlanLine

State = Literal["new", "changed", "same", "gone"]


class AccountTemplate(NamedTuple):
    """The template of an account's stack. It is the same by account id, region and stack, whatever it is called."""

    account: str
    """The account's name in CONST.inc."""
    id: str
    """The twelve digits of the account."""
    region: str
    """The region of the stack."""
    stack: str
    """The name of the stack."""
    template: DiffTemplate
    """The template."""
    is_production: bool = False
    """Whether it is a production account."""
    people_account: str = ""
    """The id of the account that holds the people, whose users are told by their names alone."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Return what two templates share that follow each other in AWS."""
        return self.id, self.region, self.stack


@dataclass(frozen=True)
class AccountChanges:
    """What changes in an account's stack. One that is `gone` is declared no more: nothing changes in AWS by that.

    Where an account's stack has another name or region, the one is `gone` and the other `new`, both `moved`; what is
    gone `blocks` the new one when that needs names that an account has but once.
    """

    account: str
    """The account's name in CONST.inc."""
    region: str
    """The region of the stack."""
    stack: str
    """The name of the stack."""
    state: State
    """Whether the stack is new, changed, the same, or declared no more."""
    changes: tuple[Change, ...]
    """What changes in it."""
    moved: bool = False
    """Whether the account's stack has another name or region now: this is the one before, or the one after."""
    blocks: bool = False
    """Whether what is gone keeps the new stack from being made."""
    id: str = ""
    """The twelve digits of the account."""
    is_production: bool = False
    """Whether it is a production account."""
    people_account: str = ""
    """The id of the account that holds the people, whose users are told by their names alone."""

    @property
    def head(self) -> str:
        """The account and how much changes in it."""
        return f"{self.name}: {self._gone if self.state == 'gone' else counts(self.changes)}"

    @property
    def name(self) -> str:
        """The account's name, and in words that it is new, or a production account."""
        stack = f" stack {self.stack} in {self.region}" if self.moved else ""
        words = ["production"] if self.is_production else []
        words += [f"new{stack}"] if self.state == "new" else []
        return f"{self.account} ({', '.join(words)})" if words else self.account

    @property
    def shown_changes(self) -> tuple[Change, ...]:
        """What changes, as a person reads it: with the names of people in the place of their ARNs."""
        return with_short_names(self.changes, self.people_account)

    @property
    def _gone(self) -> str:
        if not self.moved:
            return "declared no more; its stack stays until somebody deletes it"
        message = f"the stack {self.stack} in {self.region} is declared no more; it stays until somebody deletes it"
        return (
            f"{message}, and the new one cannot be made before: it has the same IAM names" if self.blocks else message
        )

    def plain(self) -> dict[str, object]:
        """Return the changes as JSON values."""
        return {
            "account": self.account,
            "region": self.region,
            "stack": self.stack,
            "state": self.state,
            **counts(self.changes).plain(),
            "changes": [change.plain() for change in self.changes],
        }


def across(
    before: Collection[AccountTemplate] | None, after: Collection[AccountTemplate]
) -> tuple[AccountChanges, ...]:
    """Return what changes in each account, by name; None is before there was any."""
    was = {account.place: account for account in before or ()}
    now = {account.place: account for account in after}
    gone = [account for place, account in was.items() if place not in now]
    new = [account for place, account in now.items() if place not in was]
    changes = [_of(was[place], account) for place, account in now.items() if place in was]
    changes += [_come(account, gone) for account in new]
    changes += [_gone(account, new) for account in gone]
    return tuple(sorted(changes, key=lambda account: account.account))


def _of(before: AccountTemplate, after: AccountTemplate) -> AccountChanges:
    changes = differences(before.template, after.template)
    return _changes(after, "changed" if changes else "same", changes)


def _come(account: AccountTemplate, gone: Collection[AccountTemplate]) -> AccountChanges:
    moved = any(other.id == account.id for other in gone)
    return replace(_changes(account, "new", differences(None, account.template)), moved=moved)


def _gone(account: AccountTemplate, new: Collection[AccountTemplate]) -> AccountChanges:
    successors = [other for other in new if other.id == account.id]
    blocks = any(_names(account.template) & _names(other.template) for other in successors)
    return replace(_changes(account, "gone", ()), moved=bool(successors), blocks=blocks)


def _changes(account: AccountTemplate, state: State, changes: tuple[Change, ...]) -> AccountChanges:
    return AccountChanges(
        account.account,
        account.region,
        account.stack,
        state,
        changes,
        id=account.id,
        is_production=account.is_production,
        people_account=account.people_account,
    )


def _names(template: DiffTemplate) -> set[tuple[str, str]]:
    """Return what the template makes that an account has but once: its type and name."""
    section = template.get("Resources")
    resources = section.values() if isinstance(section, Mapping) else ()
    blocks = (resource for resource in resources if isinstance(resource, Mapping))
    named = ((str(block.get("Type")), block.get("Properties")) for block in blocks)
    return {
        (kind, key(properties[IAM_TYPES[kind].name_property]))
        for kind, properties in named
        if kind in IAM_TYPES and isinstance(properties, Mapping) and IAM_TYPES[kind].name_property in properties
    }


def total(accounts: Collection[AccountChanges]) -> Counts:
    """Return how many resources come, change and go in all of them."""
    return reduce(Counts.__add__, (counts(account.changes) for account in accounts), Counts(0, 0, 0))


def account_lines(accounts: Collection[AccountChanges], *, brief: bool = False) -> Iterator[PlanLine]:
    """Yield the accounts that change, each with its changes below it unless `brief`; then those that do not. Accounts
    with the same changes stand together, with their changes once."""
    for together in equal_accounts(accounts):
        is_production = any(account.is_production for account in together)
        yield PlanLine(head(together), tone="danger" if is_production else "heading")
        yield from () if brief else signed(changes_of(together), depth=1)
    yield from (PlanLine(text) for text in unchanged(accounts))


def equal_accounts(accounts: Collection[AccountChanges]) -> tuple[tuple[AccountChanges, ...], ...]:
    """Return the accounts in which something changes, those with the same changes together."""
    return groups((account for account in accounts if account.state != "same"), _equality)


def _equality(account: AccountChanges) -> Hashable:
    """Return what two accounts share that are told together. One that moves, or is declared no more, stands alone."""
    if account.moved or account.state == "gone":
        return account.account, account.state
    return account.state, account.people_account, without_own_id(account.changes, account.id)


def head(together: Sequence[AccountChanges]) -> str:
    """Return the accounts of a group and how much changes in each."""
    if len(together) == 1:
        return together[0].head
    names = ", ".join(account.name for account in together)
    return f"{names}: {counts(together[0].changes)} in each"


def changes_of(together: Sequence[AccountChanges]) -> tuple[Change, ...]:
    """Return what changes in each account of a group, as a person reads it."""
    first = together[0]
    return first.shown_changes if len(together) == 1 else without_own_id(first.shown_changes, first.id)


def unchanged(accounts: Collection[AccountChanges]) -> Iterator[str]:
    """Yield a line that names the accounts in which nothing changes, if there are any."""
    same = [account.account for account in accounts if account.state == "same"]
    if same:
        yield f"no changes: {', '.join(same)}"
