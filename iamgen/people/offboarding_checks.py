"""Check that a leaver has nothing in AWS any more: at the end of an offboarding, and at any time later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from iamgen.declaration.expiry import iso
from iamgen.deploy.revocation import LONGEST_SESSION, Revocation
from iamgen.people.account_traces import Leaver
from iamgen.people.leaver_state import DENIAL, SPARE_DEVICES, LeaverState


@dataclass(frozen=True)
class OffboardingCheck:
    """A condition that has to be true."""

    text: str
    """What has to hold, as a sentence."""
    holds: bool | None
    """Whether it does; None when it was not looked at."""
    detail: str = ""
    """Why it does not, or was not looked at."""

    @property
    def line(self) -> str:
        """Return it in one line, with its answer first."""
        answer = {True: "yes", False: "NO", None: "not looked at"}[self.holds]
        return f"{answer}: {self.text}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True)
class OffboardingClaim:
    """What an offboarding must have done."""

    leaver: Leaver
    """Who it was."""
    keep_user: bool
    """Whether the user was to stay, without access."""
    roles: Mapping[str, Collection[str]]
    """The roles whose sessions of the leaver were ended, by the name of the account."""
    sessions_ended: datetime | None
    """The latest moment up to which sessions were ended; None where none were."""


def offboarding_checks(claim: OffboardingClaim, state: LeaverState, now: datetime) -> tuple[OffboardingCheck, ...]:
    """Return the conditions that have to be true, each with whether it is."""
    accounts = (check for name in state.traces for check in _of_account(claim, state, name, now))
    unread = (
        OffboardingCheck(f"nothing is left in {name}", None, error.faults[0].problem)
        for name, error in state.unread.items()
    )
    return (*_of_user(claim, state), *accounts, *unread)


def _of_user(claim: OffboardingClaim, state: LeaverState) -> Iterator[OffboardingCheck]:
    name, user = claim.leaver.name, state.user
    if claim.keep_user:
        yield from _of_kept_user(name, state)
        return
    is_other = user is not None and claim.leaver.id not in ("", user.id)
    detail = "" if user is None else f"{user.id} is another user of that name" if is_other else f"{user.id} exists"
    yield OffboardingCheck(f"the IAM user {name} is gone", user is None or is_other, detail)
    if not is_other:
        devices, refused = ", ".join(state.spare_devices), state.refused.get(SPARE_DEVICES, "")
        unknown = None if refused else True
        yield OffboardingCheck(f"no MFA device of {name} is left", False if devices else unknown, devices or refused)


def _of_kept_user(name: str, state: LeaverState) -> Iterator[OffboardingCheck]:
    user = state.user
    if user is None:
        yield OffboardingCheck(f"the IAM user {name} has no access", True, "it is gone")
        return
    active = ", ".join(id_ for _, id_, is_active in user.credentials if is_active)
    unread = [action for part, action in user.unread_belongings.items() if part != "groups"]
    is_denied = state.denied_since is not None or bool(user.denying_attachments)
    hidden = [state.refused.get(DENIAL), *(user.not_looked_at.get(part) for part in ("attached", "inline"))]
    refused = ", ".join(action for action in hidden if action)
    text = f"the IAM user {name} is denied everything"
    yield OffboardingCheck(text, None if refused and not is_denied else is_denied, "" if is_denied else refused)
    unseen = user.not_looked_at.get("password", "")
    yield OffboardingCheck(f"{name} has no password", None if unseen else not user.password, unseen)
    unknown = None if unread else True
    yield OffboardingCheck(f"no credential of {name} works", False if active else unknown, active or ", ".join(unread))


def _of_account(claim: OffboardingClaim, state: LeaverState, account: str, now: datetime) -> Iterator[OffboardingCheck]:
    name, traces, count = claim.leaver.name, state.traces[account], len(claim.roles.get(account, ()))
    where, ended, since = str(traces.account), claim.sessions_ended, state.denied_since
    if ended and now >= ended + LONGEST_SESSION and (since is None or ended >= since):
        yield OffboardingCheck(f"no session called {name} can be left in {where}", True, f"ended {iso(ended)}")
    elif count:
        open_roles = _open_roles(claim, state, account)
        text = f"the sessions called {name} at {count} role{'' if count == 1 else 's'} in {where} are ended"
        yield OffboardingCheck(text, not open_roles, ", ".join(open_roles))
    if traces.namesake:
        problem = "iamgen does not know whose user this is: offboard it by hand, if it belongs to the same person"
        yield OffboardingCheck(f"no IAM user of that name is in {where}", False, f"{traces.namesake} is: {problem}")


def _open_roles(claim: OffboardingClaim, state: LeaverState, account: str) -> list[str]:
    """Return the roles of an account whose sessions of the leaver are not ended, or were before the user was denied."""
    roles = {role.name: role.revocation for role in state.traces[account].roles}
    since = state.denied_since
    names = [name for name in claim.roles.get(account, ()) if name in roles]
    return [name for name in names if not _is_ended(roles[name], since)]


def _is_ended(revocation: Revocation | None, since: datetime | None) -> bool:
    return revocation is not None and (since is None or revocation.until >= since)
