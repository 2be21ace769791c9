"""`iamgen user rename`: give a person's IAM user another name, and say what that costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Reach
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.deploy.order import Choices
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError
from iamgen.people.declared_lines import Mention, mentions, read_source, with_other_name
from iamgen.people.people_account import PeopleAccount, sign_in_to_people
from iamgen.people.plain_values import plain
from iamgen.people.renaming import Renaming, renaming, require_names
from iamgen.people.step_report import plain_steps
from iamgen.people.step_runner import StepsOutcome, run_steps
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_step_text import text_of_step
from iamgen.project import Project
from iamgen.ui.console import Console
from iamgen.ui.files import write_all
from iamgen.ui.plan_line import PlanLine

DONE, FAULT = 0, 1
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class UserRenameRequest:
    """Who is renamed, and how."""

    root: Path
    """The folder that has users.py."""
    old: str
    """The name up to now."""
    new: str
    """The name from then on."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    edit: bool = False
    """Whether to write the new name into users.py."""
    as_json: bool = False
    """Whether stdout is JSON."""
    pace: Pace = field(default_factory=Pace)
    """How long is waited before another try."""

    @property
    def lines(self) -> tuple[Mention, ...]:
        """The places of users.py that have the old name."""
        return mentions(read_source(self.root / USERS_FILE), self.old)


def rename_user(request: UserRenameRequest, console: Console) -> int:
    """Show what a rename costs, ask, and do it; return 0, or 1 when it was declined or refused by AWS.

    Raises IamgenError for what forbids it.
    """
    consent = request.consent
    console.require_answer("user rename", yes=consent.yes or consent.dry_run)
    moment = now()
    declaration = Project.load(request.root, moment).declaration
    require_names(declaration, request.old, request.new)
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    people = sign_in_to_people(declaration, access, moment)
    rename = renaming(people, request.old, request.new)
    asks = not (consent.yes or consent.dry_run)
    console.show_plan(tuple(_lines(people, rename)), asks=asks and bool(rename.steps), as_json=request.as_json)
    question = f"Rename {request.old} to {request.new} in {people.where}?"
    if consent.dry_run or not (consent.yes or not rename.steps or console.confirm(question)):
        words = f"dry run: would rename {request.old} to {request.new}" if consent.dry_run else "nothing was done"
        console.note(words)
        _report(request, people, rename, None, console)
        return DONE if consent.dry_run else FAULT
    outcome = StepsOutcome()
    execution = UserExecution(people.account, people.clients, Choices(moment, pace=request.pace))
    run_steps(rename.steps, execution, outcome, lambda _: None)
    console.errors(outcome.every_fault)
    if outcome.is_complete:
        _end(request, rename, console)
    _report(request, people, rename, outcome, console)
    return DONE if outcome.is_complete else FAULT


def _lines(people: PeopleAccount, rename: Renaming) -> Iterator[PlanLine]:
    if rename.steps:
        yield PlanLine(people.account.in_plan, tone="heading")
    yield from (PlanLine(text_of_step(step), "~", 1) for step in rename.steps)
    yield PlanLine("What it costs", tone="heading")
    yield from (PlanLine(cost, "!", 1) for cost in rename.costs)


def _end(request: UserRenameRequest, rename: Renaming, console: Console) -> None:
    """Say that it is done, write users.py where that was asked for, and say what is next."""
    console.note(f"{'renamed' if rename.steps else 'is renamed already:'} {request.old} to {request.new}")
    if request.edit:
        _edit(request, console)
    for mention in request.lines:
        console.note(f"left to do: write {request.new} in {USERS_FILE}, line {mention.line}: {mention.source}")
    console.note("next: iamgen deploy --all writes the new name into what is deployed")


def _edit(request: UserRenameRequest, console: Console) -> None:
    """Write the new name into users.py; leave it as it was when it would not load."""
    file = request.root / USERS_FILE
    before = read_source(file)
    after = with_other_name(before, request.old, request.new)
    if after == before:
        return
    write_all({file: after})
    try:
        Project.load(request.root, now())
    except IamgenError as exc:
        write_all({file: before})
        fault = exc.faults[0]
        problem = f"{request.old} stays in the file, because it would not load with {request.new}: {fault.problem}"
        console.error(Fault(fault.where, problem, "edit it by hand"))
        return
    console.note(f"put {request.new} in the place of {request.old} in {USERS_FILE}")


def _report(
    request: UserRenameRequest, people: PeopleAccount, rename: Renaming, outcome: StepsOutcome | None, console: Console
) -> None:
    if request.as_json:
        body = {
            "version": SCHEMA_VERSION,
            "account": people.where,
            "old": request.old,
            "new": request.new,
            "steps": plain_steps(rename.steps, outcome),
            "costs": list(rename.costs),
            "users_py": [plain(mention) for mention in request.lines],
            "faults": [fault.plain() for fault in outcome.every_fault] if outcome else [],
            "done": outcome is not None and outcome.is_complete,
        }
        console.product(json.dumps(body, indent=2) + "\n")
