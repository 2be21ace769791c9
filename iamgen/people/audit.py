"""Audit an account: people, keys, root, the password policy and trust. If AWS refuses one part, the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from iamgen.aws_client.clients import Client, Clients
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.aws_client.polling import Pace
from iamgen.declaration.expiry import iso
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy.authorization_details import GROUP, KINDS, ROLE, USER, held
from iamgen.people.audit_account import (
    ExpectedAccount,
    password_policy_findings,
    resource_findings,
    root_findings,
    trust_findings,
)
from iamgen.people.audit_administrators import AdministratorQuestion, administrator_findings
from iamgen.people.audit_finding import AccountAudit, AuditFinding, in_order
from iamgen.people.audit_people import credential_findings, device_findings, people_findings
from iamgen.people.credential_report import CredentialReport, credential_report
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_list import listed_users

NEVER_LOOKED_AT = (
    "what roles and policies allow besides administration, and who comes to it over several roles or by passing a role "
    "to a service: iamgen who-can --admin --live",
    "whether resources are as their template has them: iamgen drift",
    "hardware devices and passkeys beyond the first: iamgen user show",
    "service control policies, and policies of resources",
)
"""What no audit looks at, and where to look."""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class AuditSubject:
    """An account that is audited."""

    root: Path
    """The folder that has users.py."""
    declaration: Declaration
    """What users.py and CONST.inc declare."""
    account: Account
    """The account."""
    clients: Clients
    """The account's clients."""
    people: PeopleAccount | None
    """The account as the one that holds people; None when it holds none."""
    text: str
    """The account's template."""
    where: str
    """How messages name the account."""
    now: datetime
    """The time of the audit."""

    @property
    def machines(self) -> frozenset[str]:
        """The names of the CI users, without case."""
        return frozenset(machine.name.casefold() for machine in self.declaration.machines)

    @property
    def expected(self) -> ExpectedAccount:
        """What the account has according to its template."""
        return ExpectedAccount.of(self.text, self.declaration, self.account)

    @property
    def question(self) -> AdministratorQuestion:
        """In which account administrators are looked for."""
        return AdministratorQuestion(self.root, self.declaration, self.account, self.text, self.now)


@dataclass
class _AccountReading:
    """What was found so far."""

    findings: list[AuditFinding] = field(default_factory=list)
    """The findings."""
    refused: dict[str, str] = field(default_factory=dict)
    """What AWS refused to say with the action that is missing, or does not know yet with why."""

    def note_newer(self, name: str, arn: str, report: CredentialReport | None) -> None:
        """Note a user who was created after the credential report, which knows nothing of them."""
        if report and arn not in report.users:
            self.refused[f"MFA, sign-ins and keys of {name}"] = f"created after the report of {iso(report.generated)}"

    def look(self, part: str, ask: Callable[[], Iterable[AuditFinding]]) -> None:
        """Look at a part, and note what is found, or that AWS refuses it."""
        self.findings += self.ask(part, lambda: list(ask())) or []

    def ask(self, part: str, ask: Callable[[], Answer]) -> Answer | None:
        """Return an answer of AWS; None, noting it, where AWS refuses to give it."""
        from botocore.exceptions import ClientError

        try:
            return ask()
        except ClientError as exc:
            if code_of(exc) not in DENIED_CODES:
                raise
            self.refused[part] = f"iam:{exc.operation_name}"
            return None


def audit_account(subject: AuditSubject, pace: Pace) -> AccountAudit:
    """Return the findings in an account. Raises what boto3 raises, except refusals, which are named."""
    looking, iam = _AccountReading(), subject.clients.iam
    answer = credential_report(iam, subject.where, pace)
    report = None if isinstance(answer, str) else answer
    if isinstance(answer, str):
        looking.refused["MFA, sign-ins and keys"] = answer
    else:
        summary = looking.ask("the root user's password and certificates", lambda: _summary(iam)) or {}
        looking.findings += _of_report(subject, answer, summary)
    looking.look("trust, groups, roles and policies", lambda: _of_resources(subject, report, looking))
    looking.look("administrators", lambda: administrator_findings(iam, subject.where, subject.question))
    if subject.people:
        people = subject.people
        looking.look("people", lambda: _of_people(people, report, looking))
        looking.look("MFA devices", lambda: device_findings(iam))
        looking.look("the password policy", lambda: password_policy_findings(_password_policy(iam)))
    return AccountAudit(subject.account.name, subject.account.id, tuple(in_order(looking.findings)), looking.refused)


def _of_report(subject: AuditSubject, report: CredentialReport, summary: Mapping[str, int]) -> Iterator[AuditFinding]:
    for arn, user in report.users.items():
        if arn.endswith(":root"):
            yield from root_findings(user, summary)
        else:
            name = arn.rpartition("/")[2]
            is_machine = name.casefold() in subject.machines
            yield from credential_findings(name, user, subject.now, is_machine=is_machine)


def _of_people(
    people: PeopleAccount, report: CredentialReport | None, looking: _AccountReading
) -> Iterator[AuditFinding]:
    for row in listed_users(people, report):
        if row.exists:
            looking.note_newer(row.name, row.arn, report)
        by_stack = people.declaration.settings.users == "stack"
        yield from people_findings(row, people.account.name, by_stack=by_stack)


def _of_resources(
    subject: AuditSubject, report: CredentialReport | None, looking: _AccountReading
) -> Iterator[AuditFinding]:
    has = held(subject.clients.iam, subject.where, {kind: KINDS[kind] for kind in (GROUP, ROLE, USER)})
    if subject.people:
        has = {key: state for key, state in has.items() if key[0] != USER}
    for (kind, name), state in has.items():
        if kind == USER:
            looking.note_newer(name, state.arn, report)
    expected = subject.expected
    yield from trust_findings(has, expected, subject.account.name)
    yield from resource_findings(subject.clients.iam, has, expected, subject.machines)


def _summary(iam: Client) -> Mapping[str, int]:
    summary: Mapping[str, int] = iam.get_account_summary()["SummaryMap"]
    return summary


def _password_policy(iam: Client) -> Mapping[str, Any] | None:
    from botocore.exceptions import ClientError

    try:
        policy: Mapping[str, Any] = iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError as exc:
        if code_of(exc) != "NoSuchEntity":
            raise
        return None
    return policy
