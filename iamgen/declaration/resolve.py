"""A faultless declaration resolved: patterns spelled out, settings filled in, what has ended left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from iamgen.declaration.access_entries import accounts_meant, grants
from iamgen.declaration.accounts import Accounts
from iamgen.declaration.constants import Constants
from iamgen.declaration.custom import emergency_notices, own_groups, own_policies, own_roles, unlisted_services
from iamgen.declaration.declared_type import MisDeclared, Origin
from iamgen.declaration.expiry import end, iso
from iamgen.declaration.model import DEFAULT_SESSION_HOURS, CIUser, Settings, User
from iamgen.declaration.pipelines import identity
from iamgen.declaration.resolved import Declaration, Granted, Machine, Person, Workload
from iamgen.declaration.users_file import Written
from iamgen.declaration.validate import Granting, where_granted

Who = Person | Machine | Workload


@dataclass(frozen=True)
class _Entry:
    """One role that one line grants somebody in one account."""

    account: str
    role: str
    until: datetime | None
    reason: str
    origin: Origin


def resolve(
    constants: Constants, accounts: Accounts, written: Written, now: datetime
) -> tuple[Declaration, tuple[MisDeclared, ...]]:
    """Return the declaration and what is worth a warning; both files must have been found without fault."""
    settings = written.settings or Settings()
    people: list[tuple[User | CIUser, Person]] = [(user, _person(user)) for user in sorted(written.users, key=_by_name)]
    machines: list[tuple[User | CIUser, Machine]] = [
        (user, Machine(user.name)) for user in sorted(written.ci_users, key=_by_name)
    ]
    granted: list[Granted] = []
    warnings: list[MisDeclared] = []
    workloads = sorted(((one, Workload(*identity(one))) for one in written.pipelines), key=lambda pair: _key(pair[1]))
    everybody: list[tuple[Granting, Who]] = [*people, *machines, *workloads]
    for user, who in everybody:
        for entries in _merged(user, written, accounts).values():
            standing = [entry for entry in entries if entry.until is None or entry.until > now]
            warnings += _notices(who.name, entries, now)
            if standing:
                granted.append(_granted(who, max(standing, key=_last)))
    declaration = Declaration(
        constants=constants,
        region=accounts.region,
        partition=accounts.partition,
        accounts=MappingProxyType(dict(accounts.by_name)),
        aliases=MappingProxyType(dict(accounts.aliases)),
        settings=settings,
        session_hours=MappingProxyType({**DEFAULT_SESSION_HOURS, **settings.session_hours}),
        ops_services=tuple(sorted(set(written.ops_services or ()))),
        people=tuple(person for _, person in people),
        machines=tuple(machine for _, machine in machines),
        workloads=tuple(dict.fromkeys(workload for _, workload in workloads)),
        roles=own_roles(written, accounts, now),
        groups=own_groups(written),
        policies=own_policies(written, accounts),
        granted=tuple(granted),
    )
    warnings += (*unlisted_services(written), *emergency_notices(written, now))
    return declaration, tuple(warnings)


def _by_name(user: User | CIUser) -> tuple[str, str]:
    return user.name.casefold(), user.name


def _person(user: User) -> Person:
    tags = tuple(sorted(user.tags.items()))
    return Person(user.name, user.path, user.power, user.email, tags)


def _key(workload: Workload) -> tuple[str, str, str]:
    return workload.url, workload.audience, workload.subject


def _merged(user: Granting, written: Written, accounts: Accounts) -> Mapping[tuple[str, str], list[_Entry]]:
    """Return what each line grants somebody, by account and role: entries add up, none takes away."""
    found: dict[tuple[str, str], list[_Entry]] = defaultdict(list)
    for entry in _entries(user, written, accounts):
        found[entry.account, entry.role].append(entry)
    return found


def _entries(user: Granting, written: Written, accounts: Accounts) -> Iterator[_Entry]:
    for key, roles in user.access.items():
        for role, grant in grants(roles):
            until = end(grant.until) if grant and grant.until is not None else None
            reason, origin = (grant.reason, grant.origin) if grant else ("", user.origin)
            for account in where_granted(role, accounts_meant(key, accounts), written, accounts):
                yield _Entry(account, role, until, reason, origin)


def _last(entry: _Entry) -> tuple[bool, datetime]:
    """Order entries by how long they hold, one without an end last."""
    return entry.until is None, entry.until or datetime.max.replace(tzinfo=UTC)


def _granted(who: Who, entry: _Entry) -> Granted:
    return Granted(who, entry.account, entry.role, entry.until, entry.reason, entry.origin)


def _notices(name: str, entries: list[_Entry], now: datetime) -> Iterator[MisDeclared]:
    """Say which ends have passed, and which do nothing because the same is granted for longer elsewhere."""
    longest = max(entries, key=_last)
    for entry in entries:
        what = f"{name}'s {entry.role} in {entry.account}"
        if entry.until is None:
            continue
        if entry.until <= now:
            yield MisDeclared(
                entry.origin, f"{what} ended at {iso(entry.until)}: left out", "remove the grant", entry.role
            )
        elif _last(entry) < _last(longest):
            held = f"until {iso(longest.until)}" if longest.until else "for good"
            what = f"{what} does not end at {iso(entry.until)}: line {longest.origin.line} grants it {held}"
            yield MisDeclared(entry.origin, what, "remove one of the two", entry.role)
