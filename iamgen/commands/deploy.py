"""`iamgen deploy`: deploy templates to AWS, by change sets that are shown first."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.aws_client.parallel import heeding
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, DeployOptions, Lint, Output, Permit, Reach
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy import approval, plan_file, several_accounts
from iamgen.deploy.executor import going_on
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.outcome_output import ends_json, ends_line, not_begun, people_outside_groups
from iamgen.deploy.plan_output import plan_lines, step_lines
from iamgen.deploy.service_role import service_role_arn
from iamgen.deploy.several_accounts import Ends, Member, Pending, Planned
from iamgen.deploy.targets import CredentialChoice, in_question, order, people_first
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.project import Project, Rendered
from iamgen.release.stack_tags import stack_tags
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

if TYPE_CHECKING:
    from iamgen.access_changes import AccessChanges

DONE, FAILED, PENDING = 0, 1, 4


@dataclass(frozen=True)
class DeployRequest:
    """What to deploy, to which accounts, and what is allowed."""

    root: Path
    """The folder of the repository."""
    reach: Reach
    """The accounts, and whose credentials; a kept plan names its accounts itself."""
    consent: Consent
    """Whether something may be changed."""
    permit: Permit
    """Which losses are allowed."""
    lint: Lint
    """How cfn-lint is used."""
    output: Output
    """How the result is reported."""
    options: DeployOptions
    """How the deployment goes about its work in each account."""
    plan_file: Path | None = None
    """The file in which the plan is kept for approval, instead of being carried out."""
    approved: Path | None = None
    """The file of the kept plan that is carried out, instead of a new one."""

    @property
    def access(self) -> CredentialChoice:
        """How to come by credentials."""
        return CredentialChoice(self.reach.profile, self.reach.role_arn_template)

    @property
    def changes_nothing(self) -> bool:
        """Whether it stops before anything is done in AWS."""
        return self.consent.dry_run or self.plan_file is not None


@dataclass(frozen=True)
class _Run:
    """One run of the command."""

    request: DeployRequest
    """What was asked for."""
    console: Console
    """Where it is told."""
    rendered: Rendered
    """The templates of the accounts to deploy to, as the operator declares them now. A kept plan has its own, and then
    there may be none here."""
    stop: threading.Event
    """Set when whatever is under way is to stop."""
    pending: Pending
    """What there is to clean up in AWS."""

    @property
    def declaration(self) -> Declaration:
        """What users.py and CONST.inc declare."""
        return self.rendered.declaration

    @property
    def first(self) -> str:
        """The account that is deployed before the others."""
        return self.declaration.people_account.name


def deploy(request: DeployRequest, console: Console) -> int:
    """Deploy, and return 0; 1 when an account failed; 4, under `exit_code`, when something remains to be done.

    Raises IamgenError for what is wrong with the declaration, the credentials or the stacks.
    """
    if not request.changes_nothing:
        console.require_answer("apply" if request.approved else "deploy", yes=request.consent.yes)
    if request.plan_file:  # before users.py runs, which may go elsewhere
        place = request.plan_file.absolute()
        plan_file.require_place(place)
        request = replace(request, plan_file=place)
    stop = threading.Event()
    kept_plans = plan_file.read(request.approved) if request.approved else ()
    if request.approved and not kept_plans:
        return _nothing(request, console)
    names = tuple(item.account for item in kept_plans) or request.reach.accounts
    rendered, members = _members(request, names, console)
    run = _Run(request, console, rendered, stop, Pending(are_kept=bool(kept_plans)))
    with console.board([member.name for member in members]) as show:
        denied = several_accounts.unusable(members, stop, show)
    if denied:
        console.errors(fault for error in denied.values() for fault in error.faults)
        return _ended(run, Planned({}, denied), Ends(), {})
    try:
        return _plan_and_decide(run, kept_plans, members)
    except KeyboardInterrupt:
        console.errors(run.pending.not_removed())  # when another signal has cut the clean-up short
        console.warnings(going_on(run.pending.prepared.values(), run.pending.begun))
        raise


def _plan_and_decide(run: _Run, kept_plans: Collection[plan_file.Kept], members: Collection[Member]) -> int:
    """Plan, decide and clean up, however that ends: all change sets that are no longer needed and were not begun are
    removed."""
    choices, stays = _choices(run.request, run.console, run.stop), dict[str, tuple[Fault, ...]]()
    try:
        with run.console.board([member.name for member in members]) as show:
            if kept_plans:
                for member in members:
                    show(member.name, "taking up the kept plan")
                by_account = {plan.account: plan for plan in kept_plans}
                planned = several_accounts.take_up(by_account, members, choices, run.stop, run.pending)
            else:
                planned = several_accounts.plan(members, choices, show, run.stop, run.pending)
        run.console.errors(planned.faults)
        run.console.warnings(fault for fault in planned.missing if fault not in planned.faults)
        for order_ in planned.carried_out.values():
            run.console.note(f"{order_.where}: this plan was carried out already")
        unchanged = (prepared for prepared in planned.ready.values() if not prepared.is_pending)
        run.console.warnings(people_outside_groups(unchanged))
        access = _access(run, planned)
        ends = _decide(run, planned, access)
    finally:
        stays |= run.pending.clean_up()
        run.console.errors(fault for faults in stays.values() for fault in faults)
    return _ended(run, planned, ends, stays, access)


def _access(run: _Run, planned: Planned) -> AccessChanges | None:
    """Return who gains and who loses access; None where no template changes."""
    from iamgen.deployment_access import deployment_access

    return deployment_access(run.rendered, planned.ready.values())


def _choices(request: DeployRequest, console: Console, stop: threading.Event) -> Choices:
    return Choices(
        now(),
        allow_replacement=request.permit.allow_replacement,
        lock_me_out=request.permit.lock_me_out,
        wait=request.options.wait,
        repair=request.options.repair,
        bucket=request.options.bucket,
        pace=Pace(heeding(stop)),
        on_wait=console.note,
        on_refusal=console.show_lines,
        note=console.note,
        warn=console.warning,
    )


def _members(request: DeployRequest, names: tuple[str, ...], console: Console) -> tuple[Rendered, tuple[Member, ...]]:
    """Return the templates, and the accounts to deploy to with what they should have, every check passed."""
    project = Project.load(request.root, now())
    declaration = project.declaration
    console.warnings(project.warnings)
    accounts = people_first(chosen(declaration, names, every=request.reach.every))
    if request.approved:  # a kept plan was checked when it was made, and brings its own template
        rendered = _rendered_to_compare(project, accounts, console)
    else:
        rendered = project.render(accounts)
        console.warnings(rendered.warnings)
        rendered.require_checks(console, lint=request.lint.on, cache=request.lint.cache)
    tags = stack_tags(request.root)
    clients = request.access.clients_of_each(declaration, accounts, console)
    return rendered, tuple(
        Member(
            account.name,
            _with_service_role(order(declaration, account, rendered.texts.get(account.name, ""), tags), request),
            clients[account.name],
            account.holds_people,
        )
        for account in accounts
    )


def _with_service_role(order: Order, request: DeployRequest) -> Order:
    """Return the order with the role of `--service-role`. Raises UsageError for what is no role of the account."""
    template = request.options.service_role
    return replace(order, service_role=service_role_arn(template, order)) if template else order


def _rendered_to_compare(project: Project, accounts: tuple[Account, ...], console: Console) -> Rendered:
    """Return the templates that users.py gives now, for the comparison with those of a kept plan; none, with a warning,
    where they cannot be rendered."""
    try:
        return project.render(accounts)
    except IamgenError as exc:
        message = f"the plan was not compared with users.py, which cannot be rendered: {exc.faults[0].problem}"
        console.warning(Fault(exc.faults[0].where, message, exc.faults[0].hint))
        return Rendered(project, {}, ())


def _decide(run: _Run, planned: Planned, access: AccessChanges | None) -> Ends:
    """Show the plan, ask, and do it or leave it; return how the accounts ended."""
    request, console = run.request, run.console
    is_kept_whole = request.plan_file is not None  # a plan for approval is of all accounts or of none
    stays = request.consent.dry_run and not is_kept_whole
    held_back = () if stays else several_accounts.held_back(planned, run.first, every=is_kept_whole)
    waiting = [name for name, prepared in planned.ready.items() if prepared.is_pending and name not in held_back]
    is_over = bool(held_back) and (is_kept_whole or not waiting)
    asks = bool(waiting) and not (is_over or request.consent.yes or request.changes_nothing)
    if planned.ready:
        lines = plan_lines(planned.ready.values(), is_brief=request.output.brief)
        lines = (*_access_lines(access, is_brief=request.output.brief), *lines)
        console.show_plan(lines, asks=asks, as_json=request.output.as_json)
    if request.consent.dry_run and not request.output.as_json:
        _say_steps(planned, request, console)
    console.errors(not_begun(planned, held_back, run.first, request.approved))
    if is_over:
        _say_count(run, planned, Ends(not_begun=held_back))
    elif request.plan_file and planned.ready:
        _keep(request.plan_file, planned, waiting)
        run.pending.are_kept = True
        console.note(f"the plan is kept: iamgen apply {request.plan_file}")
    elif waiting and not request.changes_nothing and _agreed(run, waiting):
        return _carry_out(run, planned, held_back)
    return Ends(not_begun=held_back)


def _access_lines(access: AccessChanges | None, *, is_brief: bool) -> tuple[PlanLine, ...]:
    if access is None:
        return ()
    return (*(access.summary if is_brief else access.lines), PlanLine(""))


def _say_steps(planned: Planned, request: DeployRequest, console: Console) -> None:
    """Say what a deployment would do, step by step, apart from the plan, which stays the product; and how to do it."""
    for lines in map(step_lines, planned.ready.values()):
        console.show_lines(lines)
    names = [name for name, prepared in planned.ready.items() if prepared.is_pending]
    if names and request.approved:
        console.note(f"next: iamgen apply {request.approved}")
    elif names:
        options = f"{' --repair' if request.options.repair else ''}{request.reach.credential_options}"
        console.note(f"next: iamgen deploy {' '.join(names)}{options}")


def _agreed(run: _Run, waiting: Collection[str]) -> bool:
    """Ask, unless that is answered beforehand."""
    if run.request.consent.yes:
        return True
    names = ", ".join(in_question(run.declaration.accounts[name]) for name in waiting)
    is_yes = run.console.confirm(f"Deploy this to {names}?")
    if not is_yes:
        run.console.note("nothing was changed")
    return is_yes


def _nothing(request: DeployRequest, console: Console) -> int:
    """Say that a kept plan has nothing in it."""
    if request.output.as_json:
        console.product(ends_json(Planned({}, {}), Ends(), {}))
    console.note(f"{request.approved}: there is nothing to do")
    return DONE


def _keep(file: Path, planned: Planned, pending: Collection[str]) -> None:
    """Write the plan, an empty one where nothing is to change: an older one of that name is not to be carried out."""
    plans = (approval.kept(prepared, name) for name, prepared in planned.ready.items())
    result = [plan for plan in plans if plan]
    if pending and not result:
        message = "there is no change set to keep: only the stack's protection is to be put back"
        raise refuse(str(file), message, "deploy it in one step: iamgen deploy ACCOUNT")
    plan_file.write(file, result)


def _carry_out(run: _Run, planned: Planned, held_back: Collection[str]) -> Ends:
    ready = {name: prepared for name, prepared in planned.ready.items() if name not in held_back}
    with run.console.board([name for name, prepared in ready.items() if prepared.is_pending]) as show:
        ends = several_accounts.carry_out(ready, run.first, show, run.stop, run.pending.begun)
    for name, prepared in ready.items():
        if name in ends.failed:
            run.console.errors(ends.failed[name].faults)
        elif name in ends.done:
            run.console.note(f"{prepared.order.where}: done")
    run.console.warnings(people_outside_groups(ready[name] for name in ends.done))
    run.console.errors(not_begun(planned, ends.not_begun, run.first, run.request.approved))
    ends = replace(ends, not_begun=(*held_back, *ends.not_begun))
    _say_count(run, planned, ends)
    return ends


def _say_count(run: _Run, planned: Planned, ends: Ends) -> None:
    """Say of several accounts how many ended how: each of them counts once."""
    if len(planned.ready) + len(planned.failed) + len(planned.carried_out) > 1:
        run.console.note(ends_line(planned, ends))


def _ended(
    run: _Run,
    planned: Planned,
    ends: Ends,
    stays: Mapping[str, tuple[Fault, ...]],
    access: AccessChanges | None = None,
) -> int:
    """Tell programs how it ended, and return the exit code. `stays` is what could not be removed, by account."""
    if run.request.output.as_json:
        run.console.product(ends_json(planned, ends, stays, access.plain() if access else None))
    if planned.failed or ends.failed or ends.not_begun or stays:
        return FAILED
    waiting = sum(prepared.is_pending for prepared in planned.ready.values())
    return PENDING if run.request.output.exit_code and len(ends.done) < waiting else DONE
