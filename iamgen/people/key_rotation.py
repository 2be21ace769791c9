"""Exchange a CI user's access key without a gap: make a second key, wait for its use, switch off and delete the first.

Each run does one step of the four, found by what AWS has: so it can be stopped anywhere, and whoever continues need not
know how far it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from iamgen.people.user_state import AccessKeyState
from iamgen.people.user_steps import CreateAccessKey, DeactivateCredential, DeleteCredential, UserStep

RotationState = Literal["begin", "wait", "switch off", "delete", "discard", "nothing"]


@dataclass(frozen=True)
class KeyRotation:
    """How far a rotation is, and what comes next."""

    state: RotationState
    """What comes next."""
    steps: tuple[UserStep, ...]
    """What is done now."""
    remark: str
    """Why, in words."""
    next: str
    """What comes after that, in words."""


@dataclass(frozen=True)
class RotationChoices:
    """The choices of the person who rotates a key."""

    older_than: timedelta = timedelta(0)
    """How old a key has to be for a rotation to begin."""
    discard: bool = False
    """Whether to delete the new key, because its secret is lost."""


def key_rotation(user: str, keys: Sequence[AccessKeyState], choices: RotationChoices, now: datetime) -> KeyRotation:
    """Return the next step for a CI user with these keys."""
    ordered = sorted(keys, key=lambda key: (key.created, key.id))
    active = [key for key in ordered if key.is_active]
    if choices.discard:
        return _discarded(user, ordered)
    if len(active) > 1:
        return _two_active(user, active[0], active[-1])
    spare = [key for key in ordered if not key.is_active]
    if spare and (active or len(ordered) > 1):
        return _delete(user, spare[0], active)
    return _begin(user, ordered, choices, now)


def _discarded(user: str, ordered: Sequence[AccessKeyState]) -> KeyRotation:
    if len(ordered) < 2 or ordered[-1].last_used or not ordered[-1].is_use_known:  # noqa: PLR2004  # a pair
        return KeyRotation("nothing", (), "there is no new key that nobody has used", "")
    new = ordered[-1]
    remark = f"{new.id} is the newer key, and AWS knows of no use of it"
    return KeyRotation("discard", (DeleteCredential(user, "access key", new.id),), remark, "begin anew")


def _two_active(user: str, old: AccessKeyState, new: AccessKeyState) -> KeyRotation:
    if not new.is_use_known:
        remark = f"whether {new.id} is used cannot be looked at: iam:GetAccessKeyLastUsed"
        return KeyRotation("wait", (), remark, f"look at it, and make {old.id} inactive by hand")
    if new.last_used is None:
        remark = f"AWS knows of no use of the new key {new.id} yet"
        return KeyRotation("wait", (), remark, "let a job use it; or --discard-new, if its secret is lost")
    remark = f"the new key {new.id} is used since {new.last_used:%Y-%m-%d %H:%M} UTC; {old.id} was used {_use(old)}"
    step = DeactivateCredential(user, "access key", old.id)
    return KeyRotation(
        "switch off", (step,), remark, f"when all jobs have run without {old.id}, the same command deletes it"
    )


def _delete(user: str, old: AccessKeyState, active: Sequence[AccessKeyState]) -> KeyRotation:
    other = f", and {active[0].id} works" if active else ""
    remark = f"{old.id} is inactive, was used {_use(old)}{other}"
    return KeyRotation("delete", (DeleteCredential(user, "access key", old.id),), remark, "")


def _begin(user: str, keys: Sequence[AccessKeyState], choices: RotationChoices, now: datetime) -> KeyRotation:
    after = "let a job use the new key; then the same command makes the old one inactive"
    if not keys:
        return KeyRotation("begin", (CreateAccessKey(user),), f"{user} has no access key", "")
    age = now - keys[0].created
    if age < choices.older_than:
        remark = f"{keys[0].id} is {age.days} days old, and not yet {choices.older_than.days}"
        return KeyRotation("nothing", (), remark, "")
    return KeyRotation("begin", (CreateAccessKey(user),), f"{keys[0].id} is {age.days} days old", after)


def _use(key: AccessKeyState) -> str:
    if not key.is_use_known:
        return "at a time that was not looked at"
    return f"last on {key.last_used:%Y-%m-%d}" if key.last_used else "never"
