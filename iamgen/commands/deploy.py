"""`iamgen deploy`: from templates to AWS, through change sets that are shown first."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from iamgen.checked import Looking, checked, declared
from iamgen.clock import now
from iamgen.cloud import approved, fleet, plan_file
from iamgen.cloud.carry_out import going_on
from iamgen.cloud.deployment import Choices, Prepared
from iamgen.cloud.fleet import Ends, Member, Planned
from iamgen.cloud.orders import Access, order, people_first
from iamgen.cloud.pace import Pace
from iamgen.cloud.side_by_side import heeding
from iamgen.cloud.told import plain, plan_text
from iamgen.console import Console
from iamgen.declaration.choose import chosen
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, refuse
from iamgen.history.described import stack_tags

DONE, FAILED, PENDING = 0, 1, 4


@dataclass(frozen=True)
class Deploying:
    """What to deploy, to which accounts, and what is allowed."""

    root: Path
    accounts: tuple[str, ...] = ()
    every: bool = False
    profile: str | None = None
    role_arn_template: str | None = None
    yes: bool = False
    plan_only: bool = False
    plan_file: Path | None = None
    execute_plan: Path | None = None
    exit_code: bool = False
    as_json: bool = False
    wait: bool = False
    repair: bool = False
    allow_replacement: bool = False
    lock_me_out: bool = False
    bucket: str | None = None
    lint: bool = True
    remember: bool = True

    @property
    def access(self) -> Access:
        """How to come by credentials."""
        return Access(self.profile, self.role_arn_template)

    @property
    def changes_nothing(self) -> bool:
        """Whether it stops before anything is done in AWS."""
        return self.plan_only or self.plan_file is not None


def deploy(wanted: Deploying, console: Console) -> int:
    """Deploy, and return 0; 1 when an account failed; 4, under `exit_code`, when something remains to be done.

    Raises IamgenError for what is wrong with the declaration, the credentials or the stacks.
    """
    if not wanted.changes_nothing:
        console.require_answer("deploy", yes=wanted.yes)
    if wanted.plan_file:  # before users.py runs, which may go elsewhere
        wanted = replace(wanted, plan_file=wanted.plan_file.absolute())
    stop = threading.Event()
    kept = plan_file.read(wanted.execute_plan) if wanted.execute_plan else ()
    if wanted.execute_plan and not kept:
        return _nothing(wanted, console)
    names = tuple(one.account for one in kept) or wanted.accounts
    declaration, members = _members(wanted, names, console)
    fleet.require_accounts(members, stop)
    choices = _choices(wanted, console, stop)
    with console.board([one.name for one in members]) as show:
        planned = _taken_up(kept, members, choices) if kept else fleet.plan(members, choices, show, stop)
    for error in planned.failed.values():
        console.errors(error.faults)
    first = declaration.people_account.name
    try:
        return _decide(wanted, planned, first, console, stop)
    except KeyboardInterrupt:
        for fault in going_on(planned.ready.values()):
            console.warning(fault)
        raise


def _choices(wanted: Deploying, console: Console, stop: threading.Event) -> Choices:
    return Choices(
        now(),
        allow_replacement=wanted.allow_replacement,
        lock_me_out=wanted.lock_me_out,
        wait=wanted.wait,
        repair=wanted.repair,
        bucket=wanted.bucket,
        pace=Pace(heeding(stop)),
        on_wait=console.note,
        on_refusal=console.note,
        note=console.note,
        warn=console.warning,
    )


def _members(wanted: Deploying, names: tuple[str, ...], console: Console) -> tuple[Declaration, tuple[Member, ...]]:
    """Return the declaration, and the accounts to deploy to with what they should have, every check passed."""
    looking = Looking(wanted.root, now(), wanted.lint, wanted.remember)
    declaration = declared(looking, console)
    accounts = people_first(chosen(declaration, names, every=wanted.every))
    # a kept plan was checked when it was made, and brings its own template
    texts = {} if wanted.execute_plan else checked(declaration, accounts, looking, console)
    tags = stack_tags(wanted.root)
    return declaration, tuple(
        Member(
            one.name,
            order(declaration, one, texts.get(one.name, ""), tags),
            wanted.access.clients(declaration, one),
            one.holds_people,
        )
        for one in accounts
    )


def _taken_up(kept: Collection[plan_file.Kept], members: Collection[Member], choices: Choices) -> Planned:
    by_name = {one.name: one for one in members}
    ready: dict[str, Prepared] = {}
    for one in kept:
        member = by_name[one.account]
        ready[one.account] = approved.take_up(one, member.order, member.clients, choices)
    return Planned(ready, {})


def _decide(wanted: Deploying, planned: Planned, first: str, console: Console, stop: threading.Event) -> int:
    """Show the plan, ask, and do it or leave it."""
    pending = [name for name, one in planned.ready.items() if one.is_pending]
    # a plan for approval is of all accounts or of none
    whole = wanted.plan_file is not None
    left = () if wanted.plan_only and not whole else fleet.held_back(planned, first, every=whole)
    pending = [name for name in pending if name not in left]
    ends, begun, kept = Ends(left=left), set[str](), bool(wanted.execute_plan)
    try:
        if planned.ready and not wanted.as_json:
            console.product(plan_text(planned.ready.values()))
        _say_left(planned, left, first, console)
        if left and (whole or not pending):
            pass  # there is nothing else to do
        elif wanted.plan_file and planned.ready:
            _keep(wanted.plan_file, planned, pending)
            kept = True
            console.note(f"the plan is kept: iamgen deploy --execute-plan {wanted.plan_file}")
        elif pending and not wanted.changes_nothing and _agreed(wanted, planned, pending, console):
            going = replace(planned, ready={name: planned.ready[name] for name in planned.ready if name not in left})
            ends = _carry_out(going, first, console, stop, begun)
            ends = replace(ends, left=(*left, *ends.left))
            _say_count(ends, console)
            kept = kept and not ends.left  # the plan as a whole cannot be carried out any more
    finally:  # the one place that removes change sets: all that nobody wants any more, and nobody has begun
        unwanted = [] if kept else [one for name, one in planned.ready.items() if name not in begun]
        for fault in fleet.drop(unwanted):
            console.warning(fault)
    if wanted.as_json:
        console.product(_json(planned, ends))
    return _code(wanted, planned, ends, len(pending))


def _agreed(wanted: Deploying, planned: Planned, pending: Collection[str], console: Console) -> bool:
    """Ask, unless that is answered; who is asked has seen the plan, also where stdout is a program's."""
    if wanted.yes:
        return True
    if wanted.as_json:
        console.note(plan_text(planned.ready.values()).removesuffix("\n"))
    names = [planned.ready[name].order.where for name in pending]
    return console.confirm(f"Deploy this to {', '.join(names)}?")


def _nothing(wanted: Deploying, console: Console) -> int:
    """Say that a kept plan has nothing in it."""
    if wanted.as_json:
        console.product(_json(Planned({}, {}), Ends()))
    console.note(f"{wanted.execute_plan}: there is nothing to do")
    return DONE


def _keep(file: Path, planned: Planned, pending: Collection[str]) -> None:
    """Write the plan, an empty one where nothing is to change: an older one of that name is not to be carried out."""
    found = [one for one in (approved.kept(one, name) for name, one in planned.ready.items()) if one]
    if pending and not found:
        what = "there is no change set to keep: only the stack's protection is to be put back"
        raise refuse(str(file), what, "deploy it in one step: iamgen deploy ACCOUNT")
    plan_file.write(file, found)


def _carry_out(planned: Planned, first: str, console: Console, stop: threading.Event, begun: set[str]) -> Ends:
    with console.board(list(planned.ready)) as show:
        ends = fleet.carry_out(planned.ready, first, show, stop, begun)
    for name, one in planned.ready.items():
        if name in ends.failed:
            console.errors(ends.failed[name].faults)
        elif name in ends.done:
            console.note(f"{one.order.where}: done")
    _say_left(planned, ends.left, first, console)
    return ends


def _say_count(ends: Ends, console: Console) -> None:
    if len(ends.done) + len(ends.failed) + len(ends.left) > 1:
        console.note(f"{len(ends.done)} done, {len(ends.failed)} failed, {len(ends.left)} not begun")


def _say_left(planned: Planned, left: Collection[str], first: str, console: Console) -> None:
    for name in left:
        what = f"not begun, because {first} failed; its change set is removed"
        console.error(Fault(planned.ready[name].order.where, what, "deploy again when that is mended"))


def _json(planned: Planned, ends: Ends) -> str:
    outcomes: dict[str, str] = {
        **dict.fromkeys(ends.done, "done"),
        **dict.fromkeys(ends.failed, "failed"),
        **dict.fromkeys(ends.left, "not begun"),
    }
    told = [{**plain(one), "outcome": outcomes.get(name, "planned")} for name, one in planned.ready.items()]
    refused = [
        {"account": name, "outcome": "refused", "faults": [fault._asdict() for fault in error.faults]}
        for name, error in planned.failed.items()
    ]
    return json.dumps({"accounts": [*told, *refused]}, indent=2) + "\n"


def _code(wanted: Deploying, planned: Planned, ends: Ends, pending: int) -> int:
    if planned.failed or ends.failed or ends.left:
        return FAILED
    return PENDING if wanted.exit_code and len(ends.done) < pending else DONE
