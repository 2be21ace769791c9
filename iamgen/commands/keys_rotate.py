"""`iamgen keys rotate`: do the next step of exchanging a CI user's access key."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Output, Reach
from iamgen.declaration.resolved import Account, Declaration, Machine
from iamgen.deploy.order import Choices
from iamgen.deploy.targets import CredentialChoice, target
from iamgen.errors import refuse
from iamgen.people.declared_person import require_user_name
from iamgen.people.key_delivery import FileKeyDelivery, KeyDelivery, SecretKeyDelivery, TerminalKeyDelivery
from iamgen.people.key_rotation import KeyRotation, RotationChoices, key_rotation
from iamgen.people.plain_values import plain
from iamgen.people.step_report import plain_steps
from iamgen.people.step_runner import StepsOutcome, run_steps
from iamgen.people.user_execution import UserExecution, utc_now
from iamgen.people.user_reading import read_user
from iamgen.people.user_state import UserState
from iamgen.people.user_step_text import text_of_step
from iamgen.project import Project
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

DONE, FAULT, WAITS = 0, 1, 4
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class KeysRotateRequest:
    """Whose key is exchanged, and where the new one goes."""

    root: Path
    """The folder that has users.py."""
    name: str
    """The CI user's name."""
    account: str | None = None
    """The account of the IAM user; None where there is one alone."""
    secret: str | None = None
    """The name of the secret that gets the new key."""
    key_file: Path | None = None
    """The file that gets the new key."""
    older_than: int = 0
    """How many days old a key has to be for a rotation to begin."""
    discard_new: bool = False
    """Whether to delete the new key, whose secret is lost."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    reach: Reach = field(default_factory=Reach)
    """Whose credentials are used."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON, and whether the exit code says that it waits."""
    pace: Pace = field(default_factory=Pace)
    """How long is waited before another try."""
    clock: Callable[[], datetime] = utc_now
    """Says what time it is."""


@dataclass(frozen=True)
class _Rotation:
    """The work of one run."""

    request: KeysRotateRequest
    """What is asked for."""
    account: Account
    """The account."""
    clients: Clients
    """The account's clients."""
    user: UserState
    """The CI user."""
    plan: KeyRotation
    """What comes next."""
    console: Console
    """Where to print and to ask."""

    @property
    def where(self) -> str:
        """How messages name the account."""
        return str(target(self.account))


def rotate_keys(request: KeysRotateRequest, console: Console) -> int:
    """Show the next step, ask, and do it; return 0, 4 under `exit_code` when there is nothing to do but to wait, or 1
    when it was declined or refused.

    Raises IamgenError for somebody who is no CI user, and for what goes wrong on the way to AWS.
    """
    consent = request.consent
    console.require_answer("keys rotate", yes=consent.yes or consent.dry_run)
    work = _begin(request, console)
    plan = work.plan
    delivery = _delivery(work)
    _show(work, delivery)
    if not plan.steps:
        _report(work, None)
        return WAITS if plan.state == "wait" and request.output.exit_code else DONE
    if consent.dry_run or not (consent.yes or console.confirm(f"Do this for {request.name} in {work.where}?")):
        console.note(f"dry run: would do this for {request.name}" if consent.dry_run else "nothing was done")
        _report(work, None)
        return DONE if consent.dry_run else FAULT
    outcome = StepsOutcome()
    choices = Choices(now(), pace=request.pace)
    execution = UserExecution(target(work.account), work.clients, choices, keys=delivery)
    run_steps(plan.steps, execution, outcome, lambda _: None)
    console.errors(outcome.every_fault)
    if outcome.is_complete:
        console.note(f"done; next: {plan.next}" if plan.next else "done: the rotation is at its end")
    _report(work, outcome)
    return DONE if outcome.is_complete else FAULT


def _begin(request: KeysRotateRequest, console: Console) -> _Rotation:
    declaration = Project.load(request.root, now()).declaration
    account = _account(declaration, request)
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    clients = access.clients(declaration, account)
    where = str(target(account))
    require_account(clients, account.id, where)
    with telling(where, clients.credentials):
        user = read_user(clients.iam, request.name)
    if user is None:
        raise refuse(
            where, f"there is no IAM user {request.name} yet", f"its stack makes it: iamgen deploy {account.name}"
        )
    if "keys" in user.not_looked_at:
        problem = f"the keys of {request.name} cannot be looked at: {user.not_looked_at['keys']}"
        raise refuse(where, problem, f"give it {user.not_looked_at['keys']}, or rotate as somebody who has it")
    choices = RotationChoices(timedelta(days=request.older_than), request.discard_new)
    plan = key_rotation(user.name, user.keys, choices, request.clock())
    return _Rotation(request, account, clients, user, plan, console)


def _account(declaration: Declaration, request: KeysRotateRequest) -> Account:
    """Return the account in which the CI user is. Raises IamgenError for no CI user, and when there are several."""
    require_user_name(request.name)
    names = [machine.name for machine in declaration.machines]
    if request.name not in names:
        hint = did_you_mean(request.name, names, "people look after their own keys; CI users are in CI_USERS")
        raise refuse(request.name, "users.py declares no such CI user", hint)
    own = {
        grant.account
        for grant in declaration.granted
        if isinstance(grant.principal, Machine) and grant.principal.name == request.name
    }
    accounts = [account for account in declaration.accounts.values() if account.name in own]
    account_name = declaration.aliases.get(request.account or "", request.account)
    chosen = [account for account in accounts if request.account is None or account.name == account_name]
    if len(chosen) != 1:
        listed = ", ".join(account.name for account in accounts)
        problem = f"{request.name} is in {listed or 'no account'}"
        raise refuse(
            request.account or request.name, problem, f"name one of them: iamgen keys rotate {request.name} ACCOUNT"
        )
    return chosen[0]


def _delivery(work: _Rotation) -> KeyDelivery | None:
    """Return where a new key goes. Raises IamgenError when it could go nowhere."""
    request = work.request
    if work.plan.state != "begin" or request.consent.dry_run:
        return None
    if request.secret is not None:
        return SecretKeyDelivery(work.clients, request.secret)
    return FileKeyDelivery(request.key_file) if request.key_file else TerminalKeyDelivery(work.console)


def _show(work: _Rotation, delivery: KeyDelivery | None) -> None:
    request, plan = work.request, work.plan
    lines = [PlanLine(f"{work.user.name} in {target(work.account).in_plan}: {plan.remark}", tone="heading")]
    to = f": {delivery.target}" if delivery else ""
    lines += [PlanLine(f"{text_of_step(step)}{to}", "~", 1) for step in plan.steps]
    if not plan.steps and plan.next:
        lines.append(PlanLine(plan.next, "!", 1))
    asks = bool(plan.steps) and not (request.consent.yes or request.consent.dry_run)
    work.console.show_plan(lines, asks=asks, as_json=request.output.as_json)


def _report(work: _Rotation, outcome: StepsOutcome | None) -> None:
    if work.request.output.as_json:
        body = {
            "version": SCHEMA_VERSION,
            "user": work.user.name,
            "account": work.where,
            "keys": [plain(key) for key in work.user.keys],
            "state": work.plan.state,
            "remark": work.plan.remark,
            "next": work.plan.next,
            "steps": plain_steps(work.plan.steps, outcome),
            "faults": [fault.plain() for fault in outcome.every_fault] if outcome else [],
            "done": outcome is not None and outcome.is_complete,
        }
        work.console.product(json.dumps(body, indent=2) + "\n")
