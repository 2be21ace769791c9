"""`iamgen user create`: give declared people their IAM user, a temporary password and their groups."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.aws_client.errors import telling
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Reach
from iamgen.declaration.resolved import Person
from iamgen.deploy.order import Choices
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError, InterruptError, refuse
from iamgen.people.creation import CreationPlan, creation_plan, incomplete_people, spelled_otherwise, waiting_of_all
from iamgen.people.declared_person import declared_person
from iamgen.people.first_day import first_day_page
from iamgen.people.password_delivery import FileDelivery, PasswordDelivery, TerminalDelivery
from iamgen.people.people_account import PeopleAccount, sign_in_to_people
from iamgen.people.step_report import plain_steps
from iamgen.people.step_runner import StepsOutcome, run_steps
from iamgen.people.temporary_password import LONGEST, password_length
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_step_text import text_of_step
from iamgen.people.user_steps import GivePassword, ResetPassword
from iamgen.project import Project
from iamgen.ui.console import Console
from iamgen.ui.files import write_all
from iamgen.ui.plan_line import PlanLine

DONE, FAULT, PENDING = 0, 1, 4
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class UserCreateRequest:
    """For whom users are created, and what else is made."""

    root: Path
    """The folder that has users.py."""
    name: str | None
    """The person; None for everybody who is missing."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    reset_password: bool = False
    """Whether a password that is there is replaced."""
    password_file: Path | None = None
    """The file that gets the passwords; None for the terminal."""
    guide: Path | None = None
    """The file that gets the page for the first day; None for stdout."""
    as_json: bool = False
    """Whether stdout is JSON."""
    pace: Pace = field(default_factory=Pace)
    """How long is waited before another try."""


@dataclass(frozen=True)
class _Creation:
    """The work of one run."""

    request: UserCreateRequest
    """What is asked for."""
    people: PeopleAccount
    """The account that holds people."""
    plans: Sequence[CreationPlan]
    """What each person is given."""
    console: Console
    """Where to print and to ask."""
    outcomes: dict[str, StepsOutcome] = field(default_factory=dict)
    """What became of the steps of each person, by name."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not any(plan.steps for plan in self.plans)

    @property
    def gives_password(self) -> bool:
        """Whether somebody gets a password."""
        return any(isinstance(step, GivePassword | ResetPassword) for plan in self.plans for step in plan.steps)

    @property
    def names(self) -> str:
        """The names of those who get something."""
        names = [plan.person.name for plan in self.plans if plan.steps]
        return names[0] if len(names) == 1 else f"{len(names)} people"


def create_users(request: UserCreateRequest, console: Console) -> int:
    """Show what people lack, ask, and give it to them; return 0, or 1 when it was declined or something is left.

    Returns 4 when all that is left waits for groups that a deployment makes.
    Raises IamgenError for somebody who is not declared, and for what makes the work impossible from the beginning.
    """
    console.require_answer("user create", yes=request.consent.yes or request.consent.dry_run)
    moment = now()
    project = Project.load(request.root, moment)
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    person = declared_person(project.declaration, request.name) if request.name is not None else None
    page = _page(project, person, request, console)
    people = sign_in_to_people(project.declaration, access, moment)
    with telling(people.where, people.clients.credentials):
        work = _Creation(request, people, _plans(people, person, request, console), console)
    delivery = _delivery(work)
    _show(work, page_follows=page is not None and request.guide is None)
    if not work.is_empty and not _agreed(work):
        _report(work, created=False)
        return DONE if request.consent.dry_run else FAULT
    try:
        _carry_out(work, delivery)
    finally:
        _report(work, created=bool(work.outcomes))
    return _end(work, page)


def _page(project: Project, person: Person | None, request: UserCreateRequest, console: Console) -> str | None:
    """Return the page for the first day, before anything is done; None where none is asked for."""
    if person is None or (request.guide is None and (request.as_json or request.consent.dry_run)):
        return None
    try:
        return first_day_page(request.root, project.declaration, person.name)
    except IamgenError as exc:
        if request.guide:
            raise
        console.warnings(exc.faults)
        return None


def _plans(
    people: PeopleAccount, person: Person | None, request: UserCreateRequest, console: Console
) -> Sequence[CreationPlan]:
    """Return what is to be done for each person. Raises IamgenError for a name that AWS spells otherwise."""
    persons = [person] if person else list(incomplete_people(people))
    misspelled = [fault for fault in (spelled_otherwise(people, candidate) for candidate in persons) if fault]
    if misspelled:
        raise IamgenError(misspelled)
    plans = [creation_plan(people, candidate, reset_password=request.reset_password) for candidate in persons]
    if person:
        return plans
    offboarded = [plan for plan in plans if plan.brings_back]
    for plan in offboarded:
        problem = f"{plan.person.name} was offboarded with --keep-user, and is left out"
        hint = f"bring them back by name: iamgen user create {plan.person.name}"
        console.warning(Fault(people.where, problem, hint))
    return [plan for plan in plans if plan not in offboarded]


def _delivery(work: _Creation) -> PasswordDelivery | None:
    """Return where passwords go. Raises IamgenError when there is no terminal, and no file is named."""
    request, console = work.request, work.console
    if request.consent.dry_run or not work.gives_password:
        return None
    if request.password_file:
        return FileDelivery(request.password_file)
    if not console.err.isatty():
        problem = "a password is shown only on a terminal, and there is no terminal"
        raise refuse("user create", problem, "name a file for it, which is yours alone: --password-file FILE")
    return TerminalDelivery(console)


def _show(work: _Creation, *, page_follows: bool) -> None:
    """Show what would be done, and what is wrong and stays so. Stdout is for the page, if one is printed."""
    lines: list[PlanLine] = []
    work.console.warnings(waiting_of_all(work.plans))
    for plan in work.plans:
        if plan.steps:
            lines.append(PlanLine(f"{plan.person.name} in {work.people.account.in_plan}", tone="heading"))
            lines += [PlanLine(text_of_step(step), "+", 1) for step in plan.steps]
        work.console.warnings(plan.remarks)
    if page_follows:
        work.console.show_lines(lines)
    else:
        asks = not (work.request.consent.yes or work.request.consent.dry_run)
        work.console.show_plan(lines, asks=asks, as_json=work.request.as_json)


def _agreed(work: _Creation) -> bool:
    consent, console = work.request.consent, work.console
    if consent.dry_run:
        console.note(f"dry run: would do this for {work.names} in {work.people.where}")
        return False
    if consent.yes or console.confirm(f"Do this for {work.names} in {work.people.where}?"):
        return True
    console.note("nothing was done")
    return False


def _carry_out(work: _Creation, delivery: PasswordDelivery | None) -> None:
    """Carry out every plan. Raises IamgenError when one of them is interrupted, or cannot go on."""
    execution = UserExecution(
        work.people.account,
        work.people.clients,
        Choices(work.people.now, pace=work.request.pace),
        passwords=delivery,
        password_length=_length(work) if delivery else LONGEST,
    )
    for plan in work.plans:
        outcome = work.outcomes[plan.person.name] = StepsOutcome()
        try:
            run_steps(plan.steps, execution, outcome, lambda _: None)
        except KeyboardInterrupt as exc:
            again = f"iamgen user create {work.request.name or '--all-missing'}"
            problem = f"interrupted: {len(outcome.done)} of {len(plan.steps)} steps for {plan.person.name} are done"
            raise InterruptError([Fault(work.people.where, problem, f"{again} goes on from there")]) from exc
        if outcome.faults:
            return


def _length(work: _Creation) -> int:
    """Return how long a password has to be; say it when the account's policy could not be read."""
    with telling(work.people.where, work.people.clients.credentials):
        length = password_length(work.people.clients.iam)
    if not length.is_known:
        problem = (
            f"the password policy was not looked at: passwords have {LONGEST} characters, which meets every policy"
        )
        work.console.warning(Fault(work.people.where, problem, "with iam:GetAccountPasswordPolicy they are shorter"))
    return length.characters


def _report(work: _Creation, *, created: bool) -> None:
    if work.request.as_json:
        plain = {
            "version": SCHEMA_VERSION,
            "account": work.people.where,
            "users": [_plain(plan, work.outcomes) for plan in work.plans],
            "done": created,
        }
        work.console.product(json.dumps(plain, indent=2) + "\n")


def _plain(plan: CreationPlan, outcomes: Mapping[str, StepsOutcome]) -> dict[str, object]:
    outcome = outcomes.get(plan.person.name)
    return {
        "user": plan.person.name,
        "steps": plain_steps(plan.steps, outcome),
        "remarks": [remark.plain() for remark in (*plan.waiting, *plan.remarks)],
        "faults": [fault.plain() for fault in outcome.every_fault] if outcome else [],
    }


def _end(work: _Creation, page: str | None) -> int:
    """Say what was done and what is left, and hand over the page."""
    faults = [fault for outcome in work.outcomes.values() for fault in outcome.every_fault]
    work.console.errors(faults)
    for plan in work.plans:
        outcome = work.outcomes.get(plan.person.name)
        if not plan.steps:
            work.console.note(f"{plan.person.name} {_standing(plan)}")
        elif outcome:
            work.console.note(f"{plan.person.name}: {len(outcome.done)} of {len(plan.steps)} steps done")
        elif work.outcomes:
            work.console.note(f"{plan.person.name}: not begun")
        if plan.unused_password:
            again = f"iamgen user create {plan.person.name} --reset-password"
            work.console.note(f"nobody has signed in with {plan.person.name}'s password yet; if it is lost: {again}")
    if not work.plans:
        work.console.note(f"everybody of users.py has an IAM user in {work.people.where}")
    file = work.request.password_file
    if file and work.outcomes and file.exists():  # there is none where no password could be written, or AWS took none
        work.console.note(f"passwords are in {file}, which is yours alone: delete it when sent")
    if page is not None:
        _hand_over(work, page)
    if faults or any(plan.remarks for plan in work.plans):
        return FAULT
    return PENDING if any(plan.waiting for plan in work.plans) else DONE


def _standing(plan: CreationPlan) -> str:
    """Report about a person for whom there is nothing to do. If there is a warning about them, do not say that they
    have everything."""
    if plan.waiting:
        return "has everything but the groups that are not deployed yet"
    if plan.remarks:
        return "gets nothing: what the warning names stays as it is"
    return "has everything that users.py gives them"


def _hand_over(work: _Creation, page: str) -> None:
    if work.request.guide is None:
        work.console.product(page)
        return
    write_all({work.request.guide: page})
    work.console.note(f"written: {work.request.guide}, the page for their first day")
