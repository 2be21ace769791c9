"""Read everything that a leaver has, in the account that holds people and in every other account."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from iamgen.aws_client.clients import Client, Clients, require_account
from iamgen.aws_client.errors import DENIED_CODES, code_of, telling
from iamgen.aws_client.parallel import side_by_side
from iamgen.declaration.resolved import Account
from iamgen.deploy.revocation import OFFBOARDED_POLICY, Revocation, denied_since
from iamgen.deploy.targets import CredentialChoice, target
from iamgen.errors import IamgenError
from iamgen.people.account_traces import AccountTraces, Leaver, account_traces
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_reading import read_user
from iamgen.people.user_state import UserState

Answer = TypeVar("Answer")
DENIAL, SPARE_DEVICES = "denial", "spare_devices"
"""What is looked at beside the lists of a user."""


@dataclass(frozen=True)
class OffboardingAccounts:
    """The accounts in which a leaver may have something, each with its clients."""

    people: PeopleAccount
    """The account that holds people."""
    clients: Mapping[str, Clients]
    """The clients of each account, that one included, by the account's name; an account id is there once."""

    def account(self, name: str) -> Account:
        """Return an account by its name."""
        return self.people.declaration.accounts[name]


@dataclass(frozen=True)
class LeaverState:
    """Everything that a leaver has."""

    leaver: Leaver
    """Who it is."""
    user: UserState | None
    """The IAM user; None when there is none."""
    spare_devices: tuple[str, ...]
    """Virtual MFA devices that were the leaver's, and that nobody has now: their serial numbers."""
    traces: Mapping[str, AccountTraces]
    """What each account has, by its name."""
    unread: Mapping[str, IamgenError] = field(default_factory=dict)
    """Why accounts could not be looked at, by their names."""
    denied_since: datetime | None = None
    """Since when the user is denied everything; None where that is not known."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """What AWS refused to say beside the user's own lists, with the action that is missing."""

    @property
    def is_read_in_full(self) -> bool:
        """Whether all was looked at in which something may be left."""
        return not (self.unread or self.refused or (self.user and self.user.unread_belongings))

    @property
    def revocations(self) -> tuple[Revocation, ...]:
        """What has ended sessions of roles."""
        roles = (role for traces in self.traces.values() for role in traces.roles)
        return tuple(role.revocation for role in roles if role.revocation)

    @property
    def revoked_until(self) -> datetime | None:
        """The latest time up to which sessions of a role were ended; None if none were ended."""
        return max((revocation.until for revocation in self.revocations), default=None)


def offboarding_accounts(people: PeopleAccount, access: CredentialChoice) -> OffboardingAccounts:
    """Return every account, signed in where that is possible."""
    declaration = people.declaration
    clients: dict[str, Clients] = {people.account.name: people.clients}
    ids = {people.account.id}
    for account in declaration.accounts.values():
        if account.id not in ids:
            ids.add(account.id)
            clients[account.name] = access.clients(declaration, account)
    return OffboardingAccounts(people, clients)


def leaver_state(
    accounts: OffboardingAccounts, name: str, earlier: Leaver | None = None, devices: tuple[str, ...] = ()
) -> LeaverState:
    """Return what a leaver has.

    `earlier` is who it was when an interrupted offboarding began, `devices` are the MFA devices of that time. Raises
    IamgenError when the account that holds people cannot be looked at; other accounts are named in `unread`.
    """
    people = accounts.people
    iam = people.clients.iam
    with telling(people.where, people.clients.credentials):
        user = read_user(iam, name)
        leaver = _leaver(people, name, user, earlier)
        refused: dict[str, str] = {}
        since = _denied_since(iam, user, refused)
        spare = _spare_devices(iam, leaver, devices, refused)
    traces, unread = _traces(accounts, leaver)
    return LeaverState(leaver, user, spare, traces, unread, since, refused)


def _leaver(people: PeopleAccount, name: str, user: UserState | None, earlier: Leaver | None) -> Leaver:
    if user:
        return Leaver(user.name, user.id, user.arn)
    if earlier:
        return earlier
    path = next((person.path for person in people.declaration.people if person.name == name), "/")
    arn = people.declaration.naming(people.declaration.people_account).user_arn(name, path)
    return Leaver(name, "", arn)


def _denied_since(iam: Client, user: UserState | None, refused: dict[str, str]) -> datetime | None:
    """Return since when the user is denied everything by iamgen's policy; None when they are not, for all we know."""
    if user is None or OFFBOARDED_POLICY not in user.inline:
        return None

    def since() -> datetime | None:
        return denied_since(iam.get_user_policy(UserName=user.name, PolicyName=OFFBOARDED_POLICY)["PolicyDocument"])

    return _tolerating(since, DENIAL, refused)


def _spare_devices(iam: Client, leaver: Leaver, devices: tuple[str, ...], refused: dict[str, str]) -> tuple[str, ...]:
    """Return the virtual devices that nobody has, and that were the leaver's: by an earlier run, or by their name."""

    def listed() -> tuple[str, ...]:
        pages = iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus="Unassigned")
        serials = [device["SerialNumber"] for page in pages for device in page["VirtualMFADevices"]]
        return tuple(
            serial for serial in sorted(serials) if serial in devices or serial.rpartition("/")[2] == leaver.name
        )

    return _tolerating(listed, SPARE_DEVICES, refused) or ()


def _tolerating(ask: Callable[[], Answer], part: str, refused: dict[str, str]) -> Answer | None:
    """Return the answer, None where AWS refuses it, noting that: what follows is then done, or tried, anew."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as exc:
        if code_of(exc) not in DENIED_CODES | {"NoSuchEntity"}:
            raise
        if code_of(exc) in DENIED_CODES:
            refused[part] = f"iam:{exc.operation_name}"
        return None


def _traces(accounts: OffboardingAccounts, leaver: Leaver) -> tuple[dict[str, AccountTraces], dict[str, IamgenError]]:
    stop = threading.Event()
    work = {name: partial(_of_account, accounts, name, leaver) for name in accounts.clients}
    results = side_by_side(work, stop, only_reads=True)
    traces = {name: result for name, result in results.items() if isinstance(result, AccountTraces)}
    return traces, {name: result for name, result in results.items() if isinstance(result, IamgenError)}


def _of_account(accounts: OffboardingAccounts, name: str, leaver: Leaver) -> AccountTraces:
    account, clients = target(accounts.account(name)), accounts.clients[name]
    if name != accounts.people.account.name:
        require_account(clients, account.id, str(account))
    with telling(str(account), clients.credentials):
        return account_traces(clients.iam, account, leaver, accounts.people.declaration.settings.stack)
