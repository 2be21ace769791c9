"""`iamgen user offboard`: take everything from somebody who leaves, and write a receipt of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Reach
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError, InterruptError, refuse
from iamgen.people.declared_lines import Mention, mentions, read_source, without_person
from iamgen.people.declared_person import find_person, refuse_machine
from iamgen.people.leaver_state import LeaverState, OffboardingAccounts, leaver_state, offboarding_accounts
from iamgen.people.offboarding import OffboardingChoices, OffboardingPlan, offboarding_plan
from iamgen.people.offboarding_checks import OffboardingClaim, offboarding_checks
from iamgen.people.offboarding_guards import guard_faults
from iamgen.people.offboarding_report import plain_offboarding
from iamgen.people.offboarding_run import OffboardingRun, run_offboarding
from iamgen.people.offboarding_text import offboarding_remarks, plan_lines, remaining_work
from iamgen.people.people_account import PeopleAccount, sign_in_to_people
from iamgen.people.receipt import Receipt, page_of, read_receipt, write_receipt
from iamgen.people.receipt_body import ReceiptEnd, ReceiptParts, receipt_body
from iamgen.people.receipt_text import receipt_page
from iamgen.people.user_execution import utc_now
from iamgen.project import Project
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

DONE, FAULT = 0, 1
_READINGS = 6
"""How often AWS is looked at in the end: some of its parts learn within seconds that something is gone."""


@dataclass(frozen=True)
class OffboardRequest:
    """Who is offboarded, and how much is taken away."""

    root: Path
    """The folder that has users.py."""
    name: str
    """The person's name."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    keep_user: bool = False
    """Whether to stop once access is gone."""
    every_session: bool = False
    """Whether to end everybody's sessions of the roles."""
    lock_me_out: bool = False
    """Whether the last member of PowerG may go."""
    edit: bool = False
    """Whether to take the person out of users.py."""
    receipt: Path | None = None
    """The file of the receipt; None for one that has the person's name, in the folder of users.py."""
    as_json: bool = False
    """Whether stdout is JSON."""
    pace: Pace = field(default_factory=Pace)
    """How long is waited before another try."""
    clock: Callable[[], datetime] = utc_now
    """Says what time it is."""

    @property
    def file(self) -> Path:
        """The file of the receipt."""
        return self.receipt or self.root / f"offboarded-{self.name}.json"


@dataclass(frozen=True)
class _Offboarding:
    """The work of one run."""

    request: OffboardRequest
    """What is asked for."""
    accounts: OffboardingAccounts
    """The accounts."""
    choices: OffboardingChoices
    """What was decided."""
    parts: ReceiptParts
    """What was found, what is planned, and what becomes of it."""
    console: Console
    """Where to print and to ask."""

    @property
    def plan(self) -> OffboardingPlan:
        """What is to be done."""
        return self.parts.run.plan

    @property
    def lines(self) -> tuple[Mention, ...]:
        """The places of users.py that name the leaver."""
        return mentions(read_source(self.request.root / USERS_FILE), self.request.name)

    def read(self) -> LeaverState:
        """Return what the leaver has now."""
        before, earlier = self.parts.before, self.parts.earlier
        devices = (device.serial for device in (before.user.mfa_devices if before.user else ()))
        known = {*devices, *(earlier.devices if earlier else ())}
        return leaver_state(self.accounts, self.request.name, before.leaver, tuple(known))

    def write(self, end: ReceiptEnd | None) -> None:
        """Write the receipt in its present state."""
        body = receipt_body(self.parts, end)
        write_receipt(self.request.file, body, receipt_page(body))


def offboard(request: OffboardRequest, console: Console) -> int:
    """Show what somebody has, ask, take it away, and prove that it is gone; return 0, or 1 when it was declined or
    something is left.

    Raises IamgenError for what forbids it, and InterruptError, once the receipt says how far it came.
    """
    consent = request.consent
    console.require_answer("user offboard", yes=consent.yes or consent.dry_run)
    work = _begin(request, console)
    faults = () if work.plan.is_empty else tuple(_guards(work))
    if faults:
        raise IamgenError(faults)
    _show(work)
    if consent.dry_run or not (work.plan.is_empty or consent.yes or console.confirm(_question(work))):
        edited = f" and take them out of {USERS_FILE}" if request.edit and _without_person(request) is not None else ""
        console.note(f"dry run: would offboard {request.name}{edited}" if consent.dry_run else "nothing was done")
        _report(work, None, is_written=False)
        return DONE if consent.dry_run else FAULT
    return _end(work, _carried_out(work))


def _begin(request: OffboardRequest, console: Console) -> _Offboarding:
    """Read what there is. Raises IamgenError for a CI user, for nobody, and for the receipt of somebody else."""
    declaration = Project.load(request.root, now()).declaration
    refuse_machine(declaration, request.name)
    is_declared = find_person(declaration, request.name) is not None
    earlier = _earlier(request)
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    people = sign_in_to_people(declaration, access, request.clock())
    accounts = offboarding_accounts(people, access)
    with console.board([people.account.name]) as show:
        show(people.account.name, f"reading what {request.name} has, in all accounts")
        state = leaver_state(accounts, request.name, *((earlier.leaver, earlier.devices) if earlier else ()))
    if state.user and state.user.name != request.name:
        raise _spelled_otherwise(people, state.user.name, request.name, is_declared=is_declared)
    if earlier and state.user and earlier.leaver.id not in ("", state.user.id):
        raise _not_theirs(request, f"another user of that name, {earlier.leaver.id}")
    if not (is_declared or earlier or state.user or state.revoked_until):
        names = [person.name for person in declaration.people]
        problem = f"{USERS_FILE} declares no such person, and {people.account} has no such IAM user"
        raise refuse(request.name, problem, did_you_mean(request.name, names, "iamgen user list shows everybody"))
    ended = earlier.sessions_ended if earlier else None
    choices = OffboardingChoices(request.keep_user, request.every_session, ended)
    plan = offboarding_plan(state, choices, request.clock())
    run = OffboardingRun(accounts, plan, request.pace, request.clock)
    parts = ReceiptParts(people, state, run, request.keep_user, request.clock(), earlier)
    return _Offboarding(request, accounts, choices, parts, console)


def _spelled_otherwise(people: PeopleAccount, actual: str, name: str, *, is_declared: bool) -> IamgenError:
    """Return why a name in another case is refused: sessions and receipts go by the name to the letter."""
    if is_declared:
        problem = f"{USERS_FILE} declares {name}, and the IAM user is called {actual}"
        return refuse(people.where, problem, f"aws iam update-user --user-name {actual} --new-user-name {name} first")
    return refuse(name, f"the IAM user is called {actual}, and sessions go by the name to the letter", f"type {actual}")


def _earlier(request: OffboardRequest) -> Receipt | None:
    """Return the receipt of an earlier run. Raises IamgenError when it is somebody else's, or was changed."""
    earlier = read_receipt(request.file) if request.file.exists() else None
    if earlier and earlier.leaver.name != request.name:
        raise _not_theirs(request, earlier.leaver.name)
    return earlier


def _not_theirs(request: OffboardRequest, whose: str) -> IamgenError:
    return refuse(str(request.file), f"is the receipt of {whose}", "name another file: --receipt FILE")


def _guards(work: _Offboarding) -> Iterator[Fault]:
    return guard_faults(work.parts.people, work.parts.before, allows_last=work.request.lock_me_out)


def _question(work: _Offboarding) -> str:
    addition = ", and keep the user without access" if work.request.keep_user else ""
    return f"Offboard {work.request.name} of {work.parts.people.where}{addition}?"


def _show(work: _Offboarding) -> None:
    request, console, people, before = work.request, work.console, work.parts.people, work.parts.before
    console.warnings(offboarding_remarks(people, before, work.plan, work.choices))
    if work.plan.is_empty:
        limit = "" if before.is_read_in_full else "of what could be looked at, "
        console.note(f"{limit}nothing is left to take from {request.name}")
        return
    asks = not (request.consent.yes or request.consent.dry_run)
    lines = tuple(plan_lines(people, before, work.plan, request.clock()))
    console.show_plan(lines, asks=asks, as_json=request.as_json)


def _carried_out(work: _Offboarding) -> LeaverState:
    """Carry out the plan, with a receipt from the first step on; return what AWS has at the end."""
    run = work.parts.run
    if work.plan.is_empty:
        return work.parts.before
    work.write(None)
    try:
        with work.console.board(list(work.accounts.clients)) as show:
            run.show = show
            run_offboarding(run)
            return _settled(work, run)
    except BaseException as exc:
        work.write(None)
        if isinstance(exc, KeyboardInterrupt):
            raise _interruption(work, run) from exc
        raise


def _settled(work: _Offboarding, run: OffboardingRun) -> LeaverState:
    """Return what AWS has at the end; it is asked again while it still shows what was taken away."""
    beats = work.request.pace.beats()
    state = work.read()
    for _ in range(_READINGS):
        if run.faults or offboarding_plan(state, work.choices, work.request.clock()).is_empty:
            break
        next(beats)
        state = work.read()
    return state


def _interruption(work: _Offboarding, run: OffboardingRun) -> InterruptError:
    done = sum(len(run.done(account)) for account in run.planned)
    total = sum(map(len, run.planned.values()))
    problem = f"interrupted: {done} of {total} steps are done, as the receipt says"
    hint = f"iamgen user offboard {work.request.name} goes on from there"
    return InterruptError([Fault(work.parts.people.where, problem, hint)])


def _end(work: _Offboarding, after: LeaverState) -> int:
    """Prove that everything was taken away, write the receipt, and say what is still to be done."""
    request, console, parts = work.request, work.console, work.parts
    console.errors(parts.run.faults)
    is_hidden = find_person(parts.people.declaration, request.name) is not None and not work.lines
    if request.edit and not parts.run.faults:
        _edit(work)
    checks = offboarding_checks(_claim(work, after), after, request.clock())
    remaining = tuple(remaining_work(parts.people, after, work.lines, is_hidden=is_hidden, keep_user=request.keep_user))
    end = ReceiptEnd(request.clock(), after, checks, remaining)
    is_written = not work.plan.is_empty or _changes_state(parts, end)
    if is_written:
        work.write(end)
        console.note(f"written: {request.file}, the receipt, and {page_of(request.file).name} for people")
    for line in (*(check.line for check in checks), *(f"left to do: {text}" for text in end.remaining)):
        console.note(line)
    _report(work, end, is_written=is_written)
    return DONE if all(check.holds for check in checks) and not parts.run.faults else FAULT


def _changes_state(parts: ReceiptParts, end: ReceiptEnd) -> bool:
    """Whether the receipt now differs from that of an earlier run, or there was none."""
    return parts.earlier is None or parts.earlier.body["state"] != receipt_body(parts, end)["state"]


def _claim(work: _Offboarding, after: LeaverState) -> OffboardingClaim:
    """Return what the offboarding has to have brought about."""
    roles = {name: [role.name for role in traces.roles] for name, traces in after.traces.items()}
    ended = after.revoked_until or work.choices.sessions_ended
    return OffboardingClaim(work.parts.before.leaver, work.request.keep_user, roles, ended)


def _without_person(request: OffboardRequest) -> str | None:
    """Return users.py without the person, as far as literals name them; None where it names them nowhere so."""
    after = without_person(before := read_source(request.root / USERS_FILE), request.name)
    return after if after != before else None


def _edit(work: _Offboarding) -> None:
    """Take the person out of users.py as far as literals name them; leave it as it was when it would not load."""
    file = work.request.root / USERS_FILE
    before, after = read_source(file), _without_person(work.request)
    if after is None:
        return
    write_all({file: after})
    try:
        Project.load(work.request.root, now())
    except IamgenError as exc:
        write_all({file: before})
        fault = exc.faults[0]
        problem = f"{work.request.name} stays in the file, because it would not load without them: {fault.problem}"
        work.console.error(Fault(fault.where, problem, "edit it by hand"))
        return
    work.console.note(f"took {work.request.name} out of {USERS_FILE}")


def _report(work: _Offboarding, end: ReceiptEnd | None, *, is_written: bool) -> None:
    if work.request.as_json:
        file = work.request.file if is_written else None
        plain = plain_offboarding(work.parts, end, work.lines, file)
        work.console.product(json.dumps(plain, indent=2) + "\n")
