"""Carry out steps one after the other, and record for each whether it was done.

A step that AWS refuses leaves the others alone. What would stop them all as well, such as credentials that have
expired, ends the run; another run goes on from there, for it is planned on what there is by then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from iamgen.aws_client.errors import DENIED_CODES, code_of, telling
from iamgen.deploy.steps import DeleteBoundary, DeleteInlinePolicy, DetachPolicy, RemoveFromGroup
from iamgen.errors import Fault, IamgenError
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_reading import ABSENT
from iamgen.people.user_step_execution import carry_out_step
from iamgen.people.user_steps import (
    CreateUser,
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

_REMOVALS = (
    DeactivateCredential,
    DeleteBoundary,
    DeleteCredential,
    DeleteInlinePolicy,
    DeleteMFADevice,
    DeletePassword,
    DeleteUser,
    DenyEverything,
    DetachPolicy,
    RemoveFromGroup,
    RemoveMFADevice,
    RevokeSessions,
)
"""Steps that have nothing to do where what they are about is gone."""
_OF_THIS_STEP_ALONE = DENIED_CODES | {
    ABSENT,
    "DeleteConflict",
    "EntityAlreadyExists",
    "InvalidInput",
    "LimitExceeded",
    "MalformedPolicyDocument",
    "PasswordPolicyViolation",
    "UnmodifiableEntity",
    "ValidationError",
}
"""Refusals that say nothing about the other steps."""
_PASSING = {"ConcurrentModification", "EntityTemporarilyUnmodifiable"}
"""Refusals that another try a little later does not meet: IAM tells all its parts of a change within seconds."""
_TRIES = 6


@dataclass
class StepsOutcome:
    """What was done of some steps, and what failed."""

    done: list[UserStep] = field(default_factory=list)
    """Those that were carried out, or had nothing to do any more."""
    refused: list[tuple[UserStep, Fault]] = field(default_factory=list)
    """Those that AWS refused, with why."""
    untried: list[UserStep] = field(default_factory=list)
    """Those that were not tried, because something ended the run."""
    faults: list[Fault] = field(default_factory=list)
    """What ended the run; empty when it came to its end."""

    @property
    def is_complete(self) -> bool:
        """Whether every step was done."""
        return not (self.refused or self.untried or self.faults)

    @property
    def every_fault(self) -> tuple[Fault, ...]:
        """All that went wrong, in its order."""
        return (*(fault for _, fault in self.refused), *self.faults)


def run_steps(
    steps: Sequence[UserStep], execution: UserExecution, outcome: StepsOutcome, tell: Callable[[UserStep], None]
) -> None:
    """Carry out the steps, and note in `outcome` what becomes of each; `tell` is called before each of them.

    An interruption passes through; what was not tried is noted by then.
    """
    for number, step in enumerate(steps):
        outcome.untried[:] = steps[number:]
        tell(step)
        try:
            fault = _tried(step, execution, is_new=any(isinstance(past, CreateUser) for past in outcome.done))
        except IamgenError as exc:
            outcome.faults.extend(exc.faults)
            return
        if fault:
            outcome.refused.append((step, fault))
        else:
            outcome.done.append(step)
    outcome.untried.clear()


def _tried(step: UserStep, execution: UserExecution, *, is_new: bool) -> Fault | None:
    """Carry out a step; return why AWS refuses it, None when it does not. Raises IamgenError for what ends the run."""
    from botocore.exceptions import ClientError

    passing = (
        _PASSING | ({ABSENT} if is_new else set()) | ({"DeleteConflict"} if isinstance(step, DeleteUser) else set())
    )
    for tries, _ in enumerate(execution.choices.pace.beats(), 1):
        try:
            with telling(execution.where, execution.clients.credentials):
                carry_out_step(step, execution)
        except IamgenError as exc:
            code = code_of(exc.__cause__) if isinstance(exc.__cause__, ClientError) else ""
            if code == ABSENT and isinstance(step, _REMOVALS):
                return None
            if code in passing and tries < _TRIES:
                continue
            if code in _OF_THIS_STEP_ALONE | _PASSING:
                return exc.faults[0]
            raise
        return None
    return None
