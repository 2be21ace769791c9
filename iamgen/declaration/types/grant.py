"""`Grant`, and how `access` is read: which role somebody has, in which accounts, until when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

from iamgen.declaration.access_entries import accounts_meant, is_pattern, places, where_granted
from iamgen.declaration.declared_type import Declared, MisDeclared, label, without_fault
from iamgen.declaration.expiry import end, spoken, text_of
from iamgen.declaration.field_types import OptionalUntil, Text
from iamgen.declaration.origin import Origin
from iamgen.declaration.standard import PEOPLE_ACCOUNT, STANDARD_ROLES
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.ci_user import CIUser, Machine
    from iamgen.declaration.types.pipeline import Pipeline, Workload
    from iamgen.declaration.types.user import Person, User
    from iamgen.declaration.users_file import Written

    Holder: TypeAlias = User | CIUser | Pipeline
    Principal: TypeAlias = Person | Machine | Workload


@dataclass(frozen=True, eq=False, repr=False)
class Grant(Declared):
    """A role that is granted to somebody, perhaps until a certain time: `Grant("OpsR", until="2027-01-31")`.

    Fields:
        role: the name of the role: "AdminR", "OpsR", "ReadR", or one of your own
        until: when the grant ends: "2027-01-31" (the end of that day, UTC), "2027-01-31T18:00" (UTC), or a date
        reason: why the role is granted, for people who read the file
    """

    role: Text
    _: KW_ONLY
    until: OptionalUntil = None
    reason: Text = ""

    def __post_init__(self) -> None:
        if isinstance(self.until, date):  # as TOML has it
            object.__setattr__(self, "until", text_of(self.until))


_MOST_LISTED = 4
"""Accounts that are named in a warning about a grant in several."""
Roles = str | Grant | Sequence[str | Grant]
Access = Annotated[
    Mapping[str, Roles],
    "account names (or patterns) with a role, a Grant, or several in a tuple: {'dev': ('OpsR', 'ReadR')}",
]


class Granted(NamedTuple):
    """A grant resolved: one principal who may assume one role in one account."""

    principal: Person | Machine | Workload
    """The principal."""
    account: str
    """The name of the account."""
    role: str
    """The name of the role, as in users.py."""
    until: datetime | None
    """When it ends (UTC, exclusive); None for a grant without an end."""
    reason: str
    """Why it is granted, in the words of users.py."""
    origin: Origin
    """Where it is written."""


def grants(roles: Roles) -> Iterator[tuple[str, Grant | None]]:
    """Yield each role that an entry names, with its `Grant` where it is written as one."""
    entries: Iterable[object] = roles if isinstance(roles, list | tuple) else [roles]
    for entry in map(without_fault, entries):
        if isinstance(entry, Grant):
            yield entry.role, entry
        elif isinstance(entry, str):
            yield entry, None


def accounts_of(user: User | CIUser, accounts: Accounts) -> frozenset[str]:
    """Return every account in which somebody is granted a role."""
    return frozenset(
        name
        for key, roles in user.access.items()
        if any(True for _ in grants(roles))
        for name in accounts_meant(key, accounts)
    )


def access_faults(holder: Holder, written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield what is wrong with somebody's `access`: accounts and roles that do not exist, and ends that are no date."""
    if not accounts.by_name:  # CONST.inc has been faulted for it
        return
    for key, roles in holder.access.items():
        meant = accounts_meant(key, accounts)
        if not meant:
            hint = _match_hint(key, holder, accounts)
            yield MisDeclared(holder.origin, f"{label(holder)}: {_no_match(key)}", hint, key)
        for role, grant in grants(roles):
            at = grant.origin if grant else holder.origin
            if role not in written.role_names:
                if not written.explains("ROLES", role):
                    hint = _role_hint(role, roles, written)
                    problem = f"{label(holder)}: {key}: there is no role {role!r}"
                    yield MisDeclared(at, problem, hint, role if grant else (key, role))
            elif meant and role not in STANDARD_ROLES and not where_granted(role, meant, written, accounts):
                declared = next(declared for declared in written.roles if declared.name == role)
                hint = f"it is in {', '.join(places(declared.accounts, accounts))}"
                yield MisDeclared(at, f"{label(holder)}: {role} is not in {key}", hint, role)
            if grant and grant.until is not None:
                yield from _end_faults(f"{label(holder)}: {key}", text_of(grant.until), at)


def granted(
    holder: Holder, principal: Principal, written: Written, accounts: Accounts, now: datetime
) -> tuple[list[Granted], list[MisDeclared]]:
    """Resolve somebody's `access`, and warn about each end that has no effect at the moment `now`.

    Entries add up, and none takes away: of several that grant the same role in the same account the longest counts,
    also where it has ended.
    """
    longest: list[Granted] = []
    without_effect: dict[tuple[Origin, str, str, str], list[str]] = {}
    for same in _by_place(holder, principal, written, accounts).values():
        longest.append(max(same, key=_last))
        for entry, problem, hint in _without_effect(same, now):
            without_effect.setdefault((entry.origin, entry.role, problem, hint), []).append(entry.account)
    return longest, [_warning(principal.name, key, places) for key, places in without_effect.items()]


def _by_place(
    holder: Holder, principal: Principal, written: Written, accounts: Accounts
) -> Mapping[tuple[str, str], list[Granted]]:
    entries: dict[tuple[str, str], list[Granted]] = defaultdict(list)
    for key, roles in holder.access.items():
        for role, grant in grants(roles):
            until = end(grant.until) if grant and grant.until is not None else None
            reason, origin = (grant.reason, grant.origin) if grant else ("", holder.origin)
            for account in where_granted(role, accounts_meant(key, accounts), written, accounts):
                entries[account, role].append(Granted(principal, account, role, until, reason, origin))
    return entries


def _last(entry: Granted) -> tuple[bool, datetime]:
    """Order grants by how long they hold, one without an end last."""
    return entry.until is None, entry.until or datetime.max.replace(tzinfo=UTC)


def _without_effect(same: list[Granted], now: datetime) -> Iterator[tuple[Granted, str, str]]:
    """Yield the entries whose ends have passed, or do nothing because the same is granted for longer elsewhere, with
    what is wrong and what to do."""
    longest = max(same, key=_last)
    for entry in same:
        if entry.until is None:
            continue
        if entry.until <= now:
            yield entry, f"ended at {spoken(entry.until)}: left out", "remove the grant"
        elif _last(entry) < _last(longest):
            held = f"until {spoken(longest.until)}" if longest.until else "for good"
            problem = f"does not end at {spoken(entry.until)}: line {longest.origin.line} grants it {held}"
            yield entry, problem, "remove one of the two"


def _warning(name: str, key: tuple[Origin, str, str, str], places: Sequence[str]) -> MisDeclared:
    """Return the warning about a grant: once, whatever the number of accounts that it is in."""
    from iamgen.ui.listing import first_of  # slow to import, and only needed for such a grant

    origin, role, problem, hint = key
    return MisDeclared(origin, f"{name}'s {role} in {first_of(places, _MOST_LISTED)} {problem}", hint, role)


def _role_hint(role: str, beside: Roles, written: Written) -> str:
    """Return what to write instead of a role that does not exist; never one that is granted beside it already."""
    from iamgen.declaration.unfit_value import several  # slow to import, and only needed after a mistake

    known = written.role_names
    parts = several(role)
    if len(parts) > 1 and all(part in known for part in parts):
        return f"several go into a tuple: {parts!r}"
    beside_it = {name for name, _ in grants(beside)}
    free_names = [name for name in known if name not in beside_it]
    return written.stray_hint(role) or did_you_mean(role, free_names, f"roles are {', '.join(known)}")


def _end_faults(place: str, until: str, at: Origin) -> Iterator[MisDeclared]:
    try:
        end(until)
    except ValueError as exc:
        hint = "write a day such as '2027-01-31' (its end is meant) or '2027-01-31T18:00' (UTC)"
        yield MisDeclared(at, f"{place}: until {until!r} {exc}", hint, until)


def _no_match(key: str) -> str:
    return f"the pattern {key!r} matches no account" if is_pattern(key) else f"there is no account {key!r}"


def _match_hint(key: str, holder: Holder, accounts: Accounts) -> str:
    from iamgen.declaration.account_hints import account_hint, declared_accounts, similar_pattern

    if is_pattern(key):
        declared = declared_accounts(accounts.by_name)
        otherwise = f"a pattern leaves {PEOPLE_ACCOUNT} out, which is named to be meant; {declared}".rstrip("; ")
        return similar_pattern(key, accounts.by_name) or otherwise
    return account_hint(key, accounts.by_name, accounts.aliases, holder.access)
