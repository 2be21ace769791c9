"""What has to hold once somebody is offboarded, checked against what AWS has: at the end, and at any time later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from iamgen.deploy.revocation import LONGEST_SESSION
from iamgen.people.account_traces import AccountTraces, Leaver
from iamgen.people.leaver_state import LeaverState
from iamgen.people.plain_values import moment_text


@dataclass(frozen=True)
class OffboardingCheck:
    """Something that has to hold."""

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
    """What somebody's offboarding has to have brought about."""

    leaver: Leaver
    """Who it was."""
    keep_user: bool
    """Whether the user was to stay, without access."""
    roles: Mapping[str, Collection[str]]
    """The roles whose sessions of the leaver were ended, by the name of the account."""
    sessions_ended: datetime | None
    """The latest moment up to which sessions were ended; None where none were."""


def offboarding_checks(claim: OffboardingClaim, state: LeaverState, now: datetime) -> tuple[OffboardingCheck, ...]:
    """Return what has to hold, each with whether it does."""
    accounts = (
        check
        for name, traces in state.traces.items()
        for check in _of_account(claim, traces, claim.roles.get(name, ()), now)
    )
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
        devices = ", ".join(state.spare_devices)
        yield OffboardingCheck(f"no MFA device of {name} is left", not devices, devices)


def _of_kept_user(name: str, state: LeaverState) -> Iterator[OffboardingCheck]:
    user = state.user
    if user is None:
        yield OffboardingCheck(f"the IAM user {name} has no access", True, "it is gone")
        return
    active = ", ".join(id_ for _, id_, is_active in user.credentials if is_active)
    unread = [user.not_looked_at[part] for part in user.not_looked_at if part != "groups"]
    yield OffboardingCheck(f"the IAM user {name} is denied everything", state.denied_since is not None)
    yield OffboardingCheck(f"{name} has no password", None if "password" in user.not_looked_at else not user.password)
    unknown = None if unread else True
    yield OffboardingCheck(f"no credential of {name} works", False if active else unknown, active or ", ".join(unread))


def _of_account(
    claim: OffboardingClaim, traces: AccountTraces, roles: Collection[str], now: datetime
) -> Iterator[OffboardingCheck]:
    name, where = claim.leaver.name, str(traces.account)
    by_name = {role.name: role for role in traces.roles}
    ended = claim.sessions_ended
    if ended and now >= ended + LONGEST_SESSION:
        yield OffboardingCheck(f"no session called {name} can be left in {where}", True, f"ended {moment_text(ended)}")
    elif roles:
        open_roles = [role for role in roles if role in by_name and by_name[role].revocation is None]
        text = f"the sessions called {name} at {len(roles)} role{'' if len(roles) == 1 else 's'} in {where} are ended"
        yield OffboardingCheck(text, not open_roles, ", ".join(open_roles))
    if traces.namesake:
        problem = "whose it is, iamgen does not know: offboard it by hand if it is theirs"
        yield OffboardingCheck(f"no IAM user of that name is in {where}", False, f"{traces.namesake} is: {problem}")
