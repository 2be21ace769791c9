"""Write an offboarding as lines for the person who has to agree: what iamgen has seen, will do, and leaves to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from iamgen.declaration.expiry import iso
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.deploy.revocation import LONGEST_SESSION
from iamgen.errors import Fault
from iamgen.people.declared_lines import Mention
from iamgen.people.leaver_state import SPARE_DEVICES, LeaverState
from iamgen.people.offboarding import OffboardingChoices, OffboardingPlan
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_step_text import text_of_step
from iamgen.people.user_steps import RevokeSessions, UserStep
from iamgen.people.user_text import state_lines
from iamgen.ui.plan_line import PlanLine


def plan_lines(people: PeopleAccount, state: LeaverState, plan: OffboardingPlan, now: datetime) -> Iterator[PlanLine]:
    """Yield what the leaver has, and the steps in their order, by account."""
    yield PlanLine(f"What {state.leaver.name} has in {people.account.in_plan}", tone="heading")
    if state.user:
        yield from (PlanLine(line.removeprefix("  "), depth=1) for line in state_lines(state.user, now))
    else:
        yield PlanLine("no IAM user any more", depth=1)
    for name, traces in state.traces.items():
        if traces.trusting:
            yield PlanLine(f"trusted in {name} by {', '.join(traces.trusting)}", depth=1)
    yield from _steps(people, state, plan)


def _steps(people: PeopleAccount, state: LeaverState, plan: OffboardingPlan) -> Iterator[PlanLine]:
    yield from _block(f"At once in {people.account.in_plan}", plan.deny)
    for name, steps in plan.sessions.items():
        yield from _block(f"Then in {state.traces[name].account.in_plan}", steps)
    rest = (*plan.credentials, *plan.belongings, *plan.policies, *plan.user)
    yield from _block(f"Then in {people.account.in_plan}", rest)


def _block(heading: str, steps: tuple[UserStep, ...]) -> Iterator[PlanLine]:
    if steps:
        yield PlanLine(heading, tone="heading")
        yield from (PlanLine(text_of_step(step), "-", 1, "danger") for step in steps)


def offboarding_remarks(
    people: PeopleAccount, state: LeaverState, plan: OffboardingPlan, choices: OffboardingChoices
) -> Iterator[Fault]:
    """Yield what the person who is asked should know: what was not looked at, and what is not taken away."""
    name = state.leaver.name
    for account, error in state.unread.items():
        first = error.faults[0]
        yield Fault(account, f"was not looked at, so sessions there go on: {first.problem}", first.hint)
    for part, action in (state.user.unread_belongings if state.user else {}).items():
        problem = f"the {part.replace('_', ' ')} of {name} cannot be looked at: {action}"
        stays = "" if choices.keep_user else "; until then the user stays, denied everything"
        yield Fault(people.where, problem, f"with {action} they are taken away as well{stays}")
    if SPARE_DEVICES in state.refused:
        problem = f"MFA devices of {name} that nobody has cannot be looked at: {state.refused[SPARE_DEVICES]}"
        yield Fault(people.where, problem, f"with {state.refused[SPARE_DEVICES]} they are deleted as well")
    for account, traces in state.traces.items():
        if traces.namesake:
            problem = f"an IAM user {traces.namesake} is in {account} as well, and stays"
            yield Fault(str(traces.account), problem, "offboard it by hand, if it is theirs")
    ends_sessions = any(isinstance(step, RevokeSessions) for steps in plan.sessions.values() for step in steps)
    if ends_sessions and not choices.every_session and not people.declaration.settings.session_name_is_user:
        problem = f"sessions of roles that are not called {name} are not ended: a session may have any name"
        hint = "--revoke-all-sessions ends everybody's; Settings(session_name_is_user=True) leaves no other name"
        yield Fault(people.where, problem, hint)


def remaining_work(
    people: PeopleAccount, after: LeaverState, lines: Collection[Mention], *, is_hidden: bool, keep_user: bool
) -> Iterator[str]:
    """Yield what is left to do by hand, or later. `lines` are the places of users.py that still name the leaver,
    `is_hidden` is whether users.py declares them without a literal, and `keep_user` whether their IAM user stays."""
    name = after.leaver.name
    if is_hidden:
        yield f"take {name} out of {USERS_FILE}, which declares them without a literal of the name"
    for mention in lines:
        yield f"take out of {USERS_FILE}, line {mention.line}: {mention.source}"
    trusting = [f"{role} in {account}" for account, item in after.traces.items() for role in item.trusting]
    if trusting:
        yield f"iamgen deploy --all, without {name} in {USERS_FILE}: {', '.join(trusting)} trust them"
    for account, error in after.unread.items():
        yield f"look at {account}: {error.faults[0].problem}"
    if after.revoked_until:
        when = iso(after.revoked_until + LONGEST_SESSION)
        pinned = people.declaration.settings.session_name_is_user
        if not pinned and not all(revocation.every_session for revocation in after.revocations):
            yield f"sessions of roles that have another name than {name} go on to their end, as a rule by {when}"
        # a user that stays may be let in again by then, whom the same command would delete, or lock out once more
        command = "iamgen deploy --all --repair" if keep_user else f"iamgen user offboard {name}"
        yield f"after {when}, {command}: it takes away the policies that ended sessions"
