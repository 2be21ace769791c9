"""`iamgen audit`: print what differs in AWS from the declaration, with people, keys, MFA and trust."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Reach
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.expiry import iso
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Account
from iamgen.deploy.targets import CredentialChoice, target
from iamgen.errors import IamgenError
from iamgen.people.accepted_findings import AcceptancesOfAudit, accepted_count
from iamgen.people.audit import NEVER_LOOKED_AT, AuditSubject, audit_account
from iamgen.people.audit_finding import AccountAudit
from iamgen.people.people_account import PeopleAccount
from iamgen.people.plain_values import plain
from iamgen.project import Project, Rendered
from iamgen.ui.console import Console

DONE, FAULT, FOUND = 0, 1, 4
SCHEMA_VERSION = 1
AuditForm = Literal["text", "json", "markdown", "sarif"]
AuditResults = Mapping[str, AccountAudit | IamgenError]


@dataclass(frozen=True)
class AuditRequest:
    """Which accounts are audited, and how the result is printed."""

    root: Path
    """The folder that has users.py."""
    reach: Reach = field(default_factory=Reach)
    """The accounts, all of them where none is named, and the credentials."""
    form: AuditForm = "text"
    """What stdout gets."""
    exit_code: bool = False
    """Whether the exit code says that something was found."""


def audit(request: AuditRequest, console: Console) -> int:
    """Print what is found, and return 0; 1 when an account could not be looked at; 4, under `exit_code`, when
    something was found or not looked at. Raises IamgenError for what is wrong with the declaration."""
    reach, moment = request.reach, now()
    project = Project.load(request.root, moment)
    every = reach.every or not reach.accounts
    accounts = chosen(project.declaration, () if every else reach.accounts, every=every)
    access, stop = CredentialChoice(reach.profile, reach.role_arn_template), threading.Event()
    rendered = project.render(accounts)
    acceptances = AcceptancesOfAudit(request.root, project.declaration)
    clients = {account.name: access.clients(project.declaration, account) for account in accounts}
    with console.board([account.name for account in accounts]) as show:
        work = {
            account.name: partial(_audited, rendered, account, clients[account.name], Pace(heeding(stop)))
            for account in accounts
        }
        for name in work:
            show(name, "reading users, roles and the credential report")
        results = _accepted(side_by_side(work, stop, only_reads=True), acceptances)
    for error in (result for result in results.values() if isinstance(result, IamgenError)):
        console.errors(error.faults)
    deliver = console.show_text if request.form == "text" else console.product
    deliver(_FORMS[request.form](results, iso(moment)))
    audits = _audits(results)
    console.warnings(acceptances.unused(audits))
    if len(audits) < len(results):
        return FAULT
    has_findings = any(result.findings or result.not_looked_at for result in audits)
    return FOUND if request.exit_code and has_findings else DONE


def _accepted(results: AuditResults, acceptances: AcceptancesOfAudit) -> AuditResults:
    return {
        name: acceptances.applied(result) if isinstance(result, AccountAudit) else result
        for name, result in results.items()
    }


def _audits(results: AuditResults) -> list[AccountAudit]:
    return [result for result in results.values() if isinstance(result, AccountAudit)]


def _audited(rendered: Rendered, account: Account, clients: Clients, pace: Pace) -> AccountAudit:
    declaration, where = rendered.declaration, str(target(account))
    caller = require_account(clients, account.id, where)
    moment = rendered.project.now
    people = PeopleAccount(declaration, target(account), clients, caller, moment) if account.holds_people else None
    root, text = rendered.project.root, rendered.texts[account.name]
    subject = AuditSubject(root, declaration, account, clients, people, text, where, moment)
    with telling(where, clients.credentials):
        return audit_account(subject, pace)


def _text(results: AuditResults, _at: str) -> str:
    return "".join(f"{line}\n" for line in _lines(results))


def _lines(results: AuditResults) -> Iterator[str]:
    for name, result in results.items():
        if isinstance(result, IamgenError):
            yield f"{name}: was not looked at"
            continue
        yield f"{name} ({result.account_id}): {_count(result)}"
        for finding in result.findings:
            yield f"  {finding.rule}: {finding.problem}"
            yield f"      {finding.hint}"
        for item in result.accepted:
            yield f"  accepted ({item.place}): {item.finding.rule}: {item.finding.problem}"
            yield f"      {item.reason}"
        yield from (f"  not looked at: {part} ({action})" for part, action in result.not_looked_at.items())
    yield from _last_lines(results)


def _last_lines(results: AuditResults) -> Iterator[str]:
    """Yield what no audit looks at, and how many findings are accepted."""
    yield "Never looked at:"
    yield from (f"  - {part}" for part in NEVER_LOOKED_AT)
    count = accepted_count(_audits(results))
    if count:
        yield count


def _count(result: AccountAudit) -> str:
    count, accepted = len(result.findings), len(result.accepted)
    more = f", and {accepted} accepted" if accepted else ""
    if count:
        return f"{count} finding{'' if count == 1 else 's'}{more}"
    return f"nothing {'else ' * bool(accepted)}found{' in what was looked at' * bool(result.not_looked_at)}{more}"


def _markdown(results: AuditResults, at: str) -> str:
    return "".join(f"{line}\n" for line in _page(results, at))


def _page(results: AuditResults, at: str) -> Iterator[str]:
    yield from (f"# Audit of {at}", "")
    for name, result in results.items():
        if isinstance(result, IamgenError):
            yield from (f"## {name}: was not looked at", "", f"- {result.faults[0].problem}", "")
            continue
        yield from (f"## {name} ({result.account_id}): {_count(result)}", "")
        yield from (f"- **{finding.rule}**: {finding.problem}. {finding.hint}" for finding in result.findings)
        for item in result.accepted:
            finding = item.finding
            yield f"- accepted ({item.place}): **{finding.rule}**: {finding.problem}. Reason: {item.reason}"
        yield from (f"- **not looked at**: {part} ({action})" for part, action in result.not_looked_at.items())
        yield ""
    never, *count = _last_lines(results)
    yield from (never, *(line for sentence in count for line in ("", sentence)))


def _json(results: AuditResults, at: str) -> str:
    accounts = [_plain(name, result) for name, result in results.items()]
    body = {"version": SCHEMA_VERSION, "at": at, "accounts": accounts, "never_looked_at": list(NEVER_LOOKED_AT)}
    return json.dumps(body, indent=2) + "\n"


def _plain(name: str, result: AccountAudit | IamgenError) -> dict[str, Any]:
    if isinstance(result, IamgenError):
        return {"account": name, "faults": [fault.plain() for fault in result.faults]}
    body: dict[str, Any] = plain(result)
    return body


def _sarif(results: AuditResults, _at: str) -> str:
    from iamgen.people.audit_sarif import audit_sarif

    faults = {name: result.faults for name, result in results.items() if isinstance(result, IamgenError)}
    return audit_sarif(_audits(results), faults, USERS_FILE)


_FORMS = {"text": _text, "json": _json, "markdown": _markdown, "sarif": _sarif}
