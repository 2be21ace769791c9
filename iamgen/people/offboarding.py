"""Plan how everything is taken from a leaver: first what lets them in, then what they have, then the user.

The order matters. Policies, memberships and a permissions boundary may hold Denies, so they go only when the user is
denied everything and no credential works any more; the Deny itself goes right before the user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from iamgen.deploy.authorization_details import ROLE, USER
from iamgen.deploy.revocation import LONGEST_SESSION, OFFBOARDED_POLICY, Revocation, revocation_name
from iamgen.deploy.steps import DeleteBoundary, DeleteInlinePolicy, DetachPolicy, RemoveFromGroup, StepPrincipal
from iamgen.people.account_traces import AccountTraces, SessionRole
from iamgen.people.leaver_state import LeaverState
from iamgen.people.user_state import UserState
from iamgen.people.user_steps import (
    DeactivateCredential,
    DeleteCredential,
    DeleteMFADevice,
    DeletePassword,
    DeleteUser,
    DenyEverything,
    RemoveMFADevice,
    RevokeSessions,
    UserStep,
)


@dataclass(frozen=True)
class OffboardingChoices:
    """The decisions and the knowledge of the person who offboards somebody."""

    keep_user: bool = False
    """Whether to stop once access is gone."""
    every_session: bool = False
    """Whether to end the sessions of everybody at the roles that the leaver may have sessions of."""
    sessions_ended: datetime | None = None
    """Up to when an earlier run has ended sessions, by its receipt; None where there was none."""


@dataclass(frozen=True)
class OffboardingPlan:
    """What is taken from a leaver, in this order."""

    name: str
    """The name of the leaver."""
    deny: tuple[UserStep, ...]
    """Deny the user everything."""
    sessions: Mapping[str, tuple[UserStep, ...]]
    """End the sessions of roles, by the name of the account; or take away policies that have done it."""
    credentials: tuple[UserStep, ...]
    """Let no credential work any more."""
    belongings: tuple[UserStep, ...]
    """Delete credentials and MFA devices."""
    policies: tuple[UserStep, ...]
    """Take memberships, policies and the boundary away."""
    user: tuple[UserStep, ...]
    """Delete the user."""

    @property
    def of_people(self) -> tuple[UserStep, ...]:
        """All that is done to the user, in its order."""
        return (*self.deny, *self.credentials, *self.belongings, *self.policies, *self.user)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.of_people and not any(self.sessions.values())


def offboarding_plan(state: LeaverState, choices: OffboardingChoices, now: datetime) -> OffboardingPlan:
    """Return what is still to be taken from a leaver, after everything that earlier runs have done."""
    user = state.user
    sessions = {name: tuple(_of_roles(state, traces, choices, now)) for name, traces in state.traces.items()}
    if user is None:
        spare = tuple(DeleteMFADevice(serial) for serial in state.spare_devices)
        return OffboardingPlan(state.leaver.name, (), sessions, (), spare, (), ())
    deny: tuple[UserStep, ...] = () if state.denied_since else (DenyEverything(user.name),)
    credentials = tuple(_access_of(user))
    if choices.keep_user:
        return OffboardingPlan(user.name, deny, sessions, credentials, (), (), ())
    spare_devices = (DeleteMFADevice(serial) for serial in state.spare_devices)
    belongings: tuple[UserStep, ...] = (*_belongings(user), *spare_devices)
    principal = StepPrincipal(USER, user.name)
    last = () if user.unread_belongings else tuple(_end_of(user, principal))
    policies = tuple(_policies(user, principal))
    return OffboardingPlan(user.name, deny, sessions, credentials, belongings, policies, last)


def _end_of(user: UserState, principal: StepPrincipal) -> Iterator[UserStep]:
    """Yield how the user goes, and the Deny right before. While something could not be looked at, both stay: AWS would
    not delete the user because of it, and without the Deny a key that nobody saw would work again."""
    yield from (DetachPolicy(principal, arn) for arn in user.denying_attachments)
    yield DeleteInlinePolicy(principal, OFFBOARDED_POLICY)
    yield DeleteUser(user.name)


def _of_roles(
    state: LeaverState, traces: AccountTraces, choices: OffboardingChoices, now: datetime
) -> Iterator[UserStep]:
    over = choices.sessions_ended is not None and now >= choices.sessions_ended + LONGEST_SESSION
    for role in traces.roles:
        fresh = _fresh(state, role, choices)
        if fresh and fresh.is_over(now):
            yield DeleteInlinePolicy(StepPrincipal(ROLE, role.name), revocation_name(state.leaver.name))
        elif not fresh and not (state.user is None and over):
            yield RevokeSessions(role.name, state.leaver.name, choices.every_session)


def _fresh(state: LeaverState, role: SessionRole, choices: OffboardingChoices) -> Revocation | None:
    """Return what has ended the sessions of a role since the user could begin no more of them, if anything has."""
    done = role.revocation
    if done is None or (choices.every_session and not done.every_session):
        return None
    if state.user is None:
        return done
    return done if state.denied_since is not None and done.until >= state.denied_since else None


def _access_of(user: UserState) -> Iterator[UserStep]:
    for kind, id_, is_active in user.credentials:
        if is_active:
            yield DeactivateCredential(user.name, kind, id_)
    if user.password:
        yield DeletePassword(user.name)


def _belongings(user: UserState) -> Iterator[UserStep]:
    yield from (DeleteCredential(user.name, kind, id_) for kind, id_, _ in user.credentials)
    for device in user.mfa_devices:
        yield RemoveMFADevice(user.name, device.serial)
        if device.is_virtual:
            yield DeleteMFADevice(device.serial)


def _policies(user: UserState, principal: StepPrincipal) -> Iterator[UserStep]:
    yield from (RemoveFromGroup(group, user.name) for group in user.groups)
    yield from (DetachPolicy(principal, arn) for arn in user.attached if arn not in user.denying_attachments)
    yield from (DeleteInlinePolicy(principal, name) for name in user.inline if name != OFFBOARDED_POLICY)
    if user.boundary:
        yield DeleteBoundary(principal)
