"""Findings that users.py accepts: to the letter, said aloud in every form, and warned about when they match nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from iamgen import Accept
from iamgen.commands.audit import AuditForm, AuditRequest, audit
from iamgen.commands.requests import Reach
from iamgen.people.accepted_findings import AcceptancesOfAudit, is_accepted
from iamgen.people.audit_finding import AccountAudit, AuditFinding
from iamgen.people.audit_sarif import audit_sarif
from iamgen.project import Project
from tests.people.conftest import USERS, console, messages, printed, valid
from tests.people.test_audit import SARIF_SCHEMA
from tests.people.test_user_offboard import add_role, trusting

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
VENDOR, STRANGER = "arn:aws:iam::999999999999:root", "arn:aws:iam::888888888888:root"
ROOT = 'Accept("root-without-mfa", "root", "no password is known", accounts="dev")'
OF_VENDOR = f'Accept("outside-principal", "partner", "our monitoring", accounts="dev", detail="{VENDOR}")'


def accept(repository: Path, *acceptances: str) -> None:
    lines = "".join(f"    {line},\n" for line in acceptances)
    (repository / "users.py").write_text(f"{USERS}ACCEPTED = (\n{lines})\n")


def audited(repository: Path, form: AuditForm = "text", accounts: Sequence[str] = ("dev",)) -> tuple[int, str, str]:
    written = console()
    code = audit(AuditRequest(repository, Reach(tuple(accounts)), form, exit_code=True), written)
    return code, printed(written), messages(written)


def test_what_is_accepted_fails_no_night_and_is_listed_and_counted(repository: Path, aws: Any) -> None:
    add_role(aws.client("iam", "dev"), "partner", trusting(VENDOR))
    assert audited(repository)[0] == 4
    accept(repository, ROOT, OF_VENDOR)
    code, text, warnings = audited(repository)
    assert (code, warnings) == (0, "")
    assert text.splitlines()[:5] == [
        "dev (222222222222): nothing else found, and 2 accepted",
        f"  accepted (users.py:12): outside-principal: partner trusts {VENDOR}, and no file declares that",
        "      our monitoring",
        "  accepted (users.py:11): root-without-mfa: the root user has no MFA device",
        "      no password is known",
    ]
    last = "Accepted in users.py: 2 findings (outside-principal 1, root-without-mfa 1)."
    assert text.splitlines()[-1] == last
    _, page, _ = audited(repository, "markdown")
    assert (
        "- accepted (users.py:11): **root-without-mfa**: the root user has no MFA device. Reason: no password" in page
    )
    assert page.splitlines()[-1] == last
    _, body, _ = audited(repository, "json")
    (account,) = valid("audit", body)["accounts"]
    assert account["findings"] == []
    assert [(item["finding"]["detail"], item["reason"], item["place"]) for item in account["accepted"]] == [
        (VENDOR, "our monitoring", "users.py:12"),
        ("", "no password is known", "users.py:11"),
    ]


def test_what_was_not_looked_at_by_whoever_accepted_it_is_found(repository: Path, aws: Any) -> None:
    accept(repository, ROOT, OF_VENDOR)
    add_role(aws.client("iam", "dev"), "partner", trusting(VENDOR), trusting(STRANGER))
    code, text, _ = audited(repository)
    assert code == 4
    assert text.startswith("dev (222222222222): 1 finding, and 2 accepted\n  outside-principal: partner trusts ")
    assert text.count(STRANGER) == 1


def test_an_acceptance_of_another_account_changes_nothing(repository: Path, aws: Any) -> None:
    accept(repository, ROOT.replace('"dev"', '"prod"'))
    code, text, warnings = audited(repository)
    assert (code, "accepted" in text, warnings) == (4, False, "")  # prod was not looked at: it is no news of it


def test_an_acceptance_that_matches_nothing_is_warned_about(repository: Path, aws: Any) -> None:
    accept(repository, ROOT, OF_VENDOR)
    code, _, warnings = audited(repository)
    assert code == 0
    label = f"Accept 'outside-principal' of 'partner' ({VENDOR}) matches nothing any more"
    assert warnings == f"warning: users.py:12: {label}\nhint: remove it\n"
    add_role(aws.client("iam", "dev"), "partner", trusting(STRANGER))
    code, _, warnings = audited(repository)
    assert code == 4
    assert f"hint: look at the finding: its detail is now '{STRANGER}'\n" in warnings


def test_nothing_is_said_of_an_account_that_was_not_looked_at_in_full(repository: Path) -> None:
    accept(repository, ROOT)
    acceptances = AcceptancesOfAudit(repository, Project.load(repository, NOW).declaration)
    partly = AccountAudit("dev", "2" * 12, (), {"MFA": "iam:GetCredentialReport"})
    assert list(acceptances.unused([partly])) == []
    assert [fault.where for fault in acceptances.unused([AccountAudit("dev", "2" * 12, ())])] == ["users.py:11"]


@pytest.mark.parametrize(
    ("subject", "detail", "is_same"),
    [
        ("cdk-*", "ec2.amazonaws.com", True),
        ("cdk-exec", "ec2.amazonaws.com", True),
        ("cdk", "ec2.amazonaws.com", False),
        ("CDK-*", "ec2.amazonaws.com", False),
        ("cdk-*", "", False),  # a user of that name
        ("cdk-*", "*", False),  # wildcards are for the subject alone
    ],
)
def test_a_finding_is_accepted_to_the_letter(subject: str, detail: str, is_same: bool) -> None:
    finding = AuditFinding("administrator", "cdk-exec", "", "", "ec2.amazonaws.com")
    assert is_accepted(finding, Accept("administrator", subject, "x", accounts="dev", detail=detail)) is is_same
    assert not is_accepted(finding, Accept("no-mfa", subject, "x", accounts="dev", detail=detail))


def test_sarif_has_what_is_accepted_as_suppressed_and_its_fingerprints_stay(repository: Path) -> None:
    keys = tuple(AuditFinding("old-key", "bob", f"key {day}", "", day) for day in ("2025-01-01", "2026-01-01"))
    before = AccountAudit("dev", "2" * 12, keys)
    accept(repository, 'Accept("old-key", "bob", "the printer", accounts="dev", detail="2025-01-01")')
    after = AcceptancesOfAudit(repository, Project.load(repository, NOW).declaration).applied(before)
    bodies = [json.loads(audit_sarif([item], {}, "users.py")) for item in (before, after)]
    Draft4Validator(json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))).validate(bodies[1])
    plain, suppressed = ([*body["runs"][0]["results"]] for body in bodies)
    assert [item["partialFingerprints"] for item in plain] == [item["partialFingerprints"] for item in suppressed]
    assert ["suppressions" in item for item in plain] == [False, False]
    accepted = [{"kind": "external", "justification": "the printer"}]
    assert [item["suppressions"] for item in suppressed] == [accepted, []]


def test_an_administrator_is_accepted_with_whom_it_trusts(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "dev")
    add_role(iam, "cdk-exec-eu-west-1", trusting("arn:aws:iam::222222222222:root"))
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="cdk-exec-eu-west-1", PolicyName="all", PolicyDocument=json.dumps(everything))
    of_cdk = 'Accept("administrator", "cdk-exec-*", "the CDK", accounts="dev", detail="arn:aws:iam::222222222222:root")'
    accept(repository, ROOT, of_cdk)
    assert audited(repository)[0] == 0
    trust = {"Version": "2012-10-17", "Statement": [
        trusting("arn:aws:iam::222222222222:root"), trusting("arn:aws:iam::333333333333:root"),
    ]}  # fmt: skip
    iam.update_assume_role_policy(RoleName="cdk-exec-eu-west-1", PolicyDocument=json.dumps(trust))
    code, text, _ = audited(repository)
    assert (code, text.count("  administrator: the role cdk-exec-eu-west-1 is an administrator")) == (4, 1)
