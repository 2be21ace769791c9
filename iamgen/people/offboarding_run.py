"""Carry out an offboarding: the account that holds people first, then sessions in all accounts, then the rest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.deploy.authorization_details import USER
from iamgen.deploy.order import Choices
from iamgen.deploy.steps import DetachPolicy, StepPrincipal
from iamgen.deploy.targets import target
from iamgen.errors import Fault, IamgenError
from iamgen.people.leaver_state import OffboardingAccounts
from iamgen.people.offboarding import OffboardingPlan
from iamgen.people.step_runner import StepsOutcome, run_steps
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_step_execution import deny_all_arn
from iamgen.people.user_step_text import text_of_step
from iamgen.people.user_steps import DenyEverything, UserStep

Show = Callable[[str, str], None]


@dataclass
class OffboardingRun:
    """One run of an offboarding, and what it has done so far."""

    accounts: OffboardingAccounts
    """The accounts."""
    plan: OffboardingPlan
    """What is to be done."""
    pace: Pace
    """How long is waited before another try."""
    clock: Callable[[], datetime]
    """Says what time it is."""
    show: Show = lambda _account, _now: None
    """Called with the name of an account and what goes on there."""
    outcomes: dict[str, list[StepsOutcome]] = field(default_factory=dict)
    """What became of the steps, by the name of the account, in the order of their phases."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that went wrong."""
        every = (outcome for outcomes in self.outcomes.values() for outcome in outcomes)
        return tuple(fault for outcome in every for fault in outcome.every_fault)

    @property
    def planned(self) -> Mapping[str, tuple[UserStep, ...]]:
        """What is to be done in each account, by its name; the steps of the people's account include its sessions."""
        holder = self.accounts.people.account.name
        return {
            name: (*(self.plan.of_people if name == holder else ()), *self.plan.sessions.get(name, ()))
            for name in self.accounts.clients
        }

    def done(self, account: str) -> list[UserStep]:
        """Return the steps that were carried out in an account."""
        return [step for outcome in self.outcomes.get(account, ()) for step in outcome.done]


def run_offboarding(run: OffboardingRun) -> None:
    """Carry out the plan as far as possible; `run` records the result of each step. An interruption passes through."""
    plan, people = run.plan, run.accounts.people
    execution = _execution(run, people.account.name)
    denied = _phase(run, people.account.name, execution, plan.deny)
    _end_sessions(run)
    shut = _phase(run, people.account.name, execution, plan.credentials)
    emptied = _phase(run, people.account.name, execution, plan.belongings)
    if not (denied and shut and emptied):
        return
    if _phase(run, people.account.name, execution, plan.policies):
        denial = DetachPolicy(StepPrincipal(USER, plan.name), deny_all_arn(execution.partition))
        attached = (denial,) if execution.is_denied_by_attachment and plan.user else ()
        if not _phase(run, people.account.name, execution, (*attached, *plan.user)) and plan.user:
            _deny_again(run, execution)


def _deny_again(run: OffboardingRun, execution: UserExecution) -> None:
    """Deny a user everything again whom AWS does not delete: they may have got something since they were read."""
    outcome = StepsOutcome()
    run.outcomes[run.accounts.people.account.name].append(outcome)
    run_steps((DenyEverything(run.plan.name),), execution, outcome, lambda _: None)


def _execution(run: OffboardingRun, account: str, pace: Pace | None = None) -> UserExecution:
    people = run.accounts.people
    return UserExecution(
        target(run.accounts.account(account)),
        run.accounts.clients[account],
        Choices(people.now, pace=pace or run.pace),
        clock=run.clock,
        partition=people.declaration.partition,
    )


def _phase(run: OffboardingRun, account: str, execution: UserExecution, steps: tuple[UserStep, ...]) -> bool:
    """Carry out the steps of a phase in an account; return whether all of them are done."""
    earlier = run.outcomes.setdefault(account, [])
    if any(outcome.faults for outcome in earlier):  # what ended that one would end this one as well
        return False
    outcome = StepsOutcome()
    earlier.append(outcome)
    run_steps(steps, execution, outcome, lambda step: run.show(account, text_of_step(step)))
    return outcome.is_complete


def _end_sessions(run: OffboardingRun) -> None:
    """End the sessions of roles, in several accounts at the same time."""
    stop = threading.Event()
    pace = Pace(heeding(stop)) if run.pace.sleep == Pace().sleep else run.pace
    work = {
        name: partial(_phase, run, name, _execution(run, name, pace), steps)
        for name, steps in run.plan.sessions.items()
        if steps
    }
    for result in side_by_side(work, stop).values():
        if isinstance(result, IamgenError):
            raise result
