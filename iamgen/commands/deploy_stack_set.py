"""`iamgen stack-set KIND`: deploy one template to all accounts of a kind, with a stack set of CloudFormation."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from iamgen.aws import quotas
from iamgen.aws_client.clients import Clients, Credentials, Identity, connect
from iamgen.aws_client.errors import telling
from iamgen.aws_client.parallel import heeding
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Lint, Output, Permit, StackSetOptions
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.kind_template import kind_template
from iamgen.deploy.references import Place
from iamgen.deploy.refusals import Allowed, refused
from iamgen.deploy.stack_sets import PlannedSet, StackSet, StackSetSettings, carry_out, plan
from iamgen.deploy.targets import in_question
from iamgen.deploy.template_change import TemplateChange
from iamgen.diff.lines import brief, counts, plan_line, signed
from iamgen.diff.short_names import with_short_names
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.project import Project
from iamgen.release.stack_tags import stack_tags
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

DONE, FAILED, PENDING = 0, 1, 4


@dataclass(frozen=True)
class StackSetRequest:
    """Which kind of accounts to deploy to, and how."""

    root: Path
    """The folder of the repository."""
    kind: str
    """The kind of accounts."""
    profile: str | None
    """The profile for the account of the stack set."""
    consent: Consent
    """Whether something may be changed."""
    permit: Permit
    """Which losses are allowed."""
    lint: Lint
    """How cfn-lint is used."""
    output: Output
    """How the result is reported."""
    options: StackSetOptions
    """How the stack set reaches its accounts, and how fast."""

    @property
    def settings(self) -> StackSetSettings:
        """How the stack set reaches its accounts."""
        options = self.options
        return StackSetSettings(
            units=options.units,
            delegated=options.delegated,
            administration_role=options.administration_role,
            execution_role=options.execution_role,
            failures=options.failures,
            at_once=options.at_once,
        )


def deploy_stack_set(request: StackSetRequest, console: Console) -> int:
    """Deploy, and return 0; 1 when an account failed; 4, under `exit_code`, when something remains to be done.

    Raises IamgenError when the accounts are not alike, and for what a stack set cannot reach.
    """
    if not request.consent.dry_run:
        console.require_answer("stack-set", yes=request.consent.yes)
    project = Project.load(request.root, now())
    declaration = project.declaration
    console.warnings(project.warnings)
    accounts = _accounts(declaration, request.kind)
    rendered = project.render(accounts)
    console.warnings(rendered.warnings)
    rendered.require_checks(console, lint=request.lint.on, cache=request.lint.cache)
    wished = _stack_set(request, declaration, rendered.texts)
    clients = connect(Credentials(request.profile), declaration.region, wished.name)
    with console.board([wished.name]) as show, telling(wished.name, clients.credentials):
        show(wished.name, "planning")
        caller_identity = clients.sts.get_caller_identity()
        caller = Identity(caller_identity["Account"], caller_identity["Arn"])
        planned = plan(clients, wished)
    _refuse_losses(request, _change(planned, caller, declaration), caller, console)
    names = {account.id: f"{account.name} ({account.id})" for account in accounts}
    short = with_short_names(planned.changes, declaration.people_account.id)
    lines = tuple(_lines(replace(planned, changes=short), names, f"{caller.account} ({caller.arn})"))
    lines = tuple(brief(lines)) if request.output.brief else lines
    asks = planned.is_pending and not request.consent.dry_run and not request.consent.yes
    console.show_plan(lines, asks=asks, as_json=request.output.as_json)
    question = f"Deploy this to {', '.join(map(in_question, accounts))}?"
    is_begun = (
        planned.is_pending and not request.consent.dry_run and (request.consent.yes or _agreed(question, console))
    )
    faults = _carry_out(planned, clients, names, console) if is_begun else ()
    if request.output.as_json:
        console.product(_json(planned, faults))
    if faults:
        return FAILED
    return PENDING if request.output.exit_code and planned.is_pending and not is_begun else DONE


def _agreed(question: str, console: Console) -> bool:
    is_yes = console.confirm(question)
    if not is_yes:
        console.note("nothing was changed")
    return is_yes


def _change(planned: PlannedSet, caller: Identity, declaration: Declaration) -> TemplateChange:
    place = Place(caller.account, declaration.partition, declaration.region, planned.stack_set.name)
    return TemplateChange(planned.stack_set.name, place, planned.before, planned.stack_set.template)


def _refuse_losses(request: StackSetRequest, change: TemplateChange, caller: Identity, console: Console) -> None:
    """Raise IamgenError for losses that nobody has allowed, because the stacks of a set have no stack policy of
    ours."""
    losses = refused(change, caller, now(), Allowed(request.permit.allow_replacement, request.permit.lock_me_out))
    if losses.refusals:
        raise IamgenError(losses.refusals)
    for fault in losses.warnings:
        console.warning(fault)


def _accounts(declaration: Declaration, kind: str) -> tuple[Account, ...]:
    result = tuple(account for account in declaration.accounts.values() if account.kind == kind)
    if not result:
        kinds = ", ".join(
            dict.fromkeys(account.kind for account in declaration.accounts.values() if account.is_workload)
        )
        raise UsageError([Fault("stack-set", f"CONST.inc declares no account of the kind {kind}", f"it has {kinds}")])
    return result


def _stack_set(request: StackSetRequest, declaration: Declaration, texts: Mapping[str, str]) -> StackSet:
    accounts = {name: declaration.accounts[name] for name in texts}
    template = kind_template(
        request.kind, {name: (accounts[name].id, json.loads(text)) for name, text in texts.items()}
    )
    name = f"{declaration.settings.stack}-{request.kind}"
    size = len(json.dumps(template, indent=2).encode())
    if size > quotas.TEMPLATE_INLINE:
        message = f"the template has {size:,} bytes, and {quotas.TEMPLATE_INLINE:,} is the limit of a stack set"
        raise refuse(name, message, "deploy the accounts one by one: iamgen deploy --all")
    ids = tuple(account.id for account in accounts.values())
    tags = {**declaration.settings.tags, **stack_tags(request.root)}
    return StackSet(name, template, tags, ids, request.settings)


def _lines(planned: PlannedSet, names: Mapping[str, str], caller: str) -> Iterator[PlanLine]:
    wished = planned.stack_set
    state = "change" if planned.exists else "create"
    reported = f"{state} the stack set {wished.name}" if planned.is_pending else f"nothing to change in {wished.name}"
    yield PlanLine(f"{reported}, {wished.settings.model}, from account {caller}", tone="heading")
    yield from signed(planned.changes)
    for item in wished.accounts:
        yield _account_line(planned, item, names[item])
    for item in planned.strange:
        yield PlanLine(f"{item} has a stack of this set and is not declared: it changes too", "!")
    yield plan_line(counts(planned.changes), f", in each of {len(wished.accounts)} accounts")


def _account_line(planned: PlannedSet, account: str, name: str) -> PlanLine:
    if account in planned.unsettled:
        return PlanLine(f"{name} is {planned.unsettled[account]}: a deployment failed there, or was stopped", "~")
    return PlanLine(name, "+") if account in planned.missing else PlanLine(f"  {name}")


def _carry_out(planned: PlannedSet, clients: Clients, names: Mapping[str, str], console: Console) -> tuple[Fault, ...]:
    """Do it, and return what failed, which is told by then."""
    name, begun = planned.stack_set.name, list[str]()
    try:
        with console.board(list(names)) as show, telling(name, clients.credentials):
            faults = carry_out(clients, planned, Pace(heeding(threading.Event())), show, begun)
    except KeyboardInterrupt:
        if begun:
            console.warning(_goes_on(name, begun[-1], clients))
        raise
    except IamgenError as exc:
        faults = (*exc.faults, *(_goes_on(name, text, clients) for text in begun[-1:]))
    faults = tuple(fault._replace(where=names.get(fault.where, fault.where)) for fault in faults)
    console.errors(faults)
    if not faults:
        console.note(f"{name}: done in {len(names)} accounts")
    deleted = [change.logical_id for change in planned.changes if change.sign == "-" or change.replaced]
    if begun and deleted:
        message = f"whether AWS could delete {', '.join(deleted)} in each account cannot be seen from here"
        console.warning(Fault(name, message, "look at the events of its stack in each account, for DELETE_FAILED"))
    return faults


def _goes_on(name: str, operation: str, clients: Clients) -> Fault:
    stop = f"aws cloudformation stop-stack-set-operation --stack-set-name {name} --operation-id {operation}"
    message = "an operation of the stack set had begun, and AWS goes on with it"
    return Fault(name, message, f"stop it: {stop}{cli_options(clients)}")


def _json(planned: PlannedSet, faults: Collection[Fault]) -> str:
    wished = planned.stack_set
    reported: dict[str, object] = {
        "stack_set": wished.name,
        "model": wished.settings.model,
        "accounts": list(wished.accounts),
        "missing": list(planned.missing),
        "unsettled": dict(planned.unsettled),
        "undeclared": list(planned.strange),
        "pending": planned.is_pending,
        "changes": [change.plain() for change in planned.changes],
        "failed": bool(faults),
    }
    if faults:
        reported["faults"] = [fault.plain() for fault in faults]
    return json.dumps(reported, indent=2) + "\n"
