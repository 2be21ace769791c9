"""What an audit finds, what it says puts it right, and that what it could not look at is no "nothing found"."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.commands.audit import AuditRequest, audit
from iamgen.commands.requests import Reach
from iamgen.deploy.authorization_details import ROLE, PrincipalState
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import UsageError
from iamgen.people.audit_account import (
    ExpectedAccount,
    password_policy_findings,
    root_findings,
    trust_findings,
)
from iamgen.people.audit_finding import AccountAudit, AuditFinding, AuditRule
from iamgen.people.audit_people import credential_findings, people_findings
from iamgen.people.audit_sarif import audit_sarif
from iamgen.people.credential_report import CredentialReport, ReportedKey, ReportedUser, credential_report
from iamgen.people.declared_person import UserDifference
from iamgen.people.user_list import UserRow
from iamgen.project import Project
from tests.people.conftest import CONST, DOCUMENT, GROUPS, add_everything, add_groups, console, messages, printed, valid
from tests.people.test_user_offboard import add_role, trusting
from tests.people.test_user_show import Refusing

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SARIF_SCHEMA = Path(__file__).parents[1] / "check/formats/schema/sarif-2.1.0-rtm.4.json"
YEAR = NOW - timedelta(days=365)


def audited(repository: Path, *accounts: str, **settings: Any) -> tuple[int, Any]:
    written = console()
    request = AuditRequest(repository, Reach(accounts), "json", exit_code=True, **settings)
    code = audit(request, written)
    return code, valid("audit", printed(written))


def rules(body: Any, name: str) -> list[tuple[str, str]]:
    (account,) = [item for item in body["accounts"] if item["account"] == name]
    return [(finding["rule"], finding["subject"]) for finding in account["findings"]]


def test_people_who_differ_and_their_credentials_are_found(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    add_groups(iam)
    aws.people("alice", "mallory")
    add_everything(iam, "alice")
    iam.create_user(UserName="erin")
    iam.create_login_profile(UserName="erin", Password="Ab1!" * 8)
    iam.add_user_to_group(UserName="erin", GroupName=GROUPS[3])
    code, body = audited(repository, "user-only")
    assert code == 4
    assert rules(body, "user-only") == [
        ("undeclared-user", "mallory"),
        ("extra-membership", "erin"),
        *[("policy-on-user", "alice")] * 2,
        ("root-without-mfa", "root"),
        ("no-mfa", "erin"),
        ("several-devices", "alice"),
        *[("weak-password-policy", "password policy")] * 2,
        *[("missing-membership", "erin")] * 3,
        ("missing-user", "bob"),
    ]
    hints = {item["rule"]: (item["problem"], item["hint"]) for item in body["accounts"][0]["findings"]}
    assert hints["undeclared-user"] == (
        "the IAM user mallory is in no file",
        "iamgen user offboard mallory, or declare them",
    )
    assert hints["missing-user"] == ("users.py declares bob, and there is no such IAM user", "iamgen user create bob")
    assert hints["extra-membership"] == (
        f"erin is in the group {GROUPS[3]}, and users.py does not put them there",
        "iamgen deploy user-only --repair",
    )
    assert hints["several-devices"] == ("alice has 2 virtual MFA devices", "ask alice whether all of them are theirs")
    assert hints["policy-on-user"][0].startswith("alice has the ")


def test_trust_and_resources_in_no_file_are_found(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "dev")
    add_role(iam, "infra-OldR-222222222222", trusting("AIDAEXAMPLE"))
    add_role(iam, "partner", trusting("arn:aws:iam::999999999999:root"), trusting("arn:aws:iam::111111111111:user/bob"))
    add_role(iam, "open", trusting("*"), trusting("arn:aws:iam::111111111111:user/mallory"))
    iam.create_group(GroupName="infra-SecretG-222222222222")
    iam.create_policy(PolicyName="infra-OldP-222222222222", PolicyDocument=DOCUMENT)
    iam.create_user(UserName="ci")
    iam.create_user(UserName="by-hand")
    code, body = audited(repository, "dev")
    assert code == 4
    assert rules(body, "dev") == [
        ("outside-principal", "open"),
        ("outside-principal", "open"),
        ("outside-principal", "partner"),
        ("undeclared-user", "by-hand"),
        ("root-without-mfa", "root"),
        ("undeclared-resource", "infra-OldP-222222222222"),
        ("undeclared-resource", "infra-OldR-222222222222"),
        ("undeclared-resource", "infra-SecretG-222222222222"),
        ("deleted-principal", "infra-OldR-222222222222"),
    ]
    problems = [finding["problem"] for finding in body["accounts"][0]["findings"]]
    assert "the IAM user by-hand is in no file, and people are in another account" in problems
    assert "infra-OldR-222222222222 trusts AIDAEXAMPLE, a user or role that was deleted" in problems
    assert "open trusts everybody, and no file declares that" in problems
    assert "the policy infra-OldP-222222222222 has a name like those of the stack, but is in no file" in problems


def test_a_role_that_no_file_has_and_that_users_of_a_provider_may_assume_is_found(repository: Path) -> None:
    declaration = Project.load(repository, NOW).declaration
    expected = ExpectedAccount.of('{"Resources": {}}', declaration, declaration.accounts["dev"])
    provider = "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com"
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    has = {(ROLE, "by-hand"): PrincipalState(trust={"Statement": statement})}
    (finding,) = trust_findings(has, expected, "dev")
    problem = f"by-hand trusts users of the identity provider {provider}, and no file declares that"
    assert (finding.rule, finding.problem, finding.hint) == (
        "outside-principal",
        problem,
        "write its trust policy anew",
    )


def test_what_is_deployed_as_declared_is_no_finding(repository: Path) -> None:
    text = json.dumps(
        {"Resources": {"R": {"Type": ROLE, "Properties": {
            "RoleName": "infra-R-222222222222", "AssumeRolePolicyDocument": {"Statement": [trusting("arn:aws:iam::9:role/x")]},
        }}}}
    )  # fmt: skip
    declaration = Project.load(repository, NOW).declaration
    expected = ExpectedAccount.of(text, declaration, declaration.accounts["dev"])
    trust = {"Statement": [trusting("arn:aws:iam::9:role/x"), trusting("arn:aws:iam::111111111111:user/bob")]}
    has = {
        (ROLE, "infra-R-222222222222"): PrincipalState(trust=trust),
        (ROLE, "AWSServiceRoleForX"): PrincipalState(
            trust={"Statement": [trusting("*")]}, arn="arn:aws:iam::2:role/aws-service-role/x/AWSServiceRoleForX"
        ),
    }
    assert list(trust_findings(has, expected, "dev")) == []


@pytest.mark.parametrize(
    ("key", "machine", "rule", "problem", "hint"),
    [
        (ReportedKey(True, YEAR, NOW), False, "old-key", "key 1 of bob is 365 days old",
         "let bob make another, and delete this one"),
        (ReportedKey(True, YEAR, NOW), True, "old-key", "key 1 of bob is 365 days old", "iamgen keys rotate bob"),
        (ReportedKey(True, YEAR, None), False, "unused-key", "key 1 of bob is 365 days old and never used",
         "make it inactive, and delete it a week later"),
        (ReportedKey(True, YEAR, YEAR), False, "unused-key",
         "key 1 of bob is 365 days old and last used on 2025-11-26", "make it inactive, and delete it a week later"),
        (ReportedKey(False, YEAR, None), False, "", "", ""),
        (ReportedKey(True, NOW - timedelta(days=90), None), False, "", "", ""),
    ],
)  # fmt: skip
def test_keys_are_judged_by_age_and_use(key: ReportedKey, machine: bool, rule: str, problem: str, hint: str) -> None:
    user = ReportedUser(False, None, False, (key,))
    findings = [item for item in credential_findings("bob", user, NOW, is_machine=machine) if item.rule != "no-mfa"]
    assert [(item.rule, item.problem, item.hint) for item in findings] == ([(rule, problem, hint)] if rule else [])


def test_a_password_without_a_device_is_found() -> None:
    (finding,) = credential_findings("bob", ReportedUser(True, None, False, ()), NOW, is_machine=False)
    assert (finding.problem, finding.hint) == (
        "bob has a password and no MFA device",
        "they assign one at their first sign-in: iamgen docs first-day",
    )
    assert not list(credential_findings("bob", ReportedUser(True, None, True, ()), NOW, is_machine=False))
    key = ReportedUser(False, None, False, (ReportedKey(True, NOW, None),))
    (finding,) = credential_findings("bob", key, NOW, is_machine=False)
    assert finding.problem == "bob has an access key that works, and no MFA device"
    assert not list(credential_findings("ci", key, NOW, is_machine=True))  # CI users have no devices


def test_root_is_judged() -> None:
    findings = list(root_findings(ReportedUser(True, None, False, (ReportedKey(True, NOW, None),)), {}))
    assert [(item.rule, item.problem, item.hint) for item in findings] == [
        ("root-without-mfa", "the root user has no MFA device", "sign in as root, and assign one"),
        ("root-key", "the root user has an access key that works", "sign in as root, and delete it"),
    ]
    assert not list(root_findings(ReportedUser(True, None, True, (ReportedKey(False, NOW, None),)), {}))
    without_device = ReportedUser(False, None, False, ())
    assert not list(root_findings(without_device, {"AccountPasswordPresent": 0}))  # nobody can sign in
    (finding,) = root_findings(without_device, {"AccountPasswordPresent": 1})
    assert finding.rule == "root-without-mfa"
    (finding,) = root_findings(without_device, {"AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 1})
    assert (finding.rule, finding.problem) == ("root-key", "the root user has a signing certificate")


@pytest.mark.parametrize(
    ("policy", "problems"),
    [
        (None, ["passwords may have 8 characters", "a password may be used again"]),
        ({"MinimumPasswordLength": 14, "PasswordReusePrevention": 5}, ["5 earlier passwords are remembered"]),
        ({"MinimumPasswordLength": 14, "PasswordReusePrevention": 24}, []),
    ],
)
def test_the_password_policy_is_held_against_a_baseline(policy: Any, problems: list[str]) -> None:
    assert [finding.problem for finding in password_policy_findings(policy)] == problems


def test_what_cannot_be_looked_at_is_named_and_counts(
    repository: Path, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = CredentialChoice.clients

    def clients(choice: CredentialChoice, declaration: Any, account: Any) -> Clients:
        real = signed_in(choice, declaration, account)
        iam = Refusing(real.iam, "generate_credential_report", "get_account_authorization_details")
        return Clients({"iam": iam, "sts": real.sts}.__getitem__, Credentials("of-dev"), "eu-west-1")

    monkeypatch.setattr(CredentialChoice, "clients", clients)
    code, body = audited(repository, "dev")
    (account,) = body["accounts"]
    assert (code, account["findings"]) == (4, [])
    assert account["not_looked_at"] == {
        "MFA, sign-ins and keys": "iam:GenerateCredentialReport",
        "trust, groups, roles and policies": "iam:GetAccountAuthorizationDetails",
        "administrators": "iam:GetAccountAuthorizationDetails",
    }
    written = console()
    assert audit(AuditRequest(repository, Reach(("dev",))), written) == 0
    text = printed(written)
    assert text.startswith("dev (222222222222): nothing found in what was looked at\n")
    assert "  not looked at: MFA, sign-ins and keys (iam:GenerateCredentialReport)\n" in text
    assert "\nNever looked at:\n  - what roles and policies allow besides administration, " in text


@pytest.mark.parametrize("account", ["user-only", "dev"])
def test_somebody_who_is_newer_than_the_credential_report_is_not_looked_at(
    account: str, repository: Path, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.client("iam", account).create_user(UserName="mallory")

    def older(*arguments: Any) -> Any:
        report = credential_report(*arguments)
        assert not isinstance(report, str)
        users = {arn: user for arn, user in report.users.items() if not arn.endswith("/mallory")}
        return CredentialReport(YEAR, users)

    monkeypatch.setattr("iamgen.people.audit.credential_report", older)
    _, body = audited(repository, account)
    part, why = "MFA, sign-ins and keys of mallory", "created after the report of 2025-11-26T12:00:00Z"
    assert body["accounts"][0]["not_looked_at"] == {part: why}
    body = json.loads(audit_sarif([AccountAudit(account, "2" * 12, (), {part: why})], {}, "users.py"))
    text = body["runs"][0]["results"][0]["message"]["text"]
    assert text == f"{account} (222222222222): {part} could not be looked at: {why}"


def test_an_account_that_cannot_be_reached_is_said_in_every_form(repository: Path, aws: Any) -> None:
    const = repository / "CONST.inc"
    const.write_text(const.read_text().replace("of-prod", "of-dev"))
    for form, words in (("text", "prod: was not looked at\n"), ("markdown", "## prod: was not looked at\n")):
        written = console()
        assert audit(AuditRequest(repository, form=form), written) == 1  # type: ignore[arg-type]  # one of its forms
        assert words in printed(written)
        assert "error: prod (333333333333): the credentials are of account 222222222222" in messages(written)
    code, body = audited(repository)
    assert (code, [item["account"] for item in body["accounts"]]) == (1, ["user-only", "dev", "prod"])
    assert body["accounts"][2]["faults"][0]["where"] == "prod (333333333333)"


def test_markdown_has_a_section_for_each_account(repository: Path, aws: Any) -> None:
    written = console()
    assert audit(AuditRequest(repository, Reach(("dev",)), "markdown"), written) == 0
    text = printed(written)
    assert text.startswith("# Audit of 2026-11-23T12:00:00Z\n\n## dev (222222222222): 1 finding\n\n")
    assert "- **root-without-mfa**: the root user has no MFA device. sign in as root, and assign one\n" in text


def test_sarif_has_what_was_found_and_what_was_not_looked_at(
    repository: Path, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = CredentialChoice.clients

    def clients(choice: CredentialChoice, declaration: Any, account: Any) -> Clients:
        real = signed_in(choice, declaration, account)
        iam = Refusing(real.iam, "get_account_authorization_details")
        return Clients({"iam": iam, "sts": real.sts}.__getitem__, Credentials("of-dev"), "eu-west-1")

    monkeypatch.setattr(CredentialChoice, "clients", clients)
    (repository / "CONST.inc").write_text(CONST.replace("of-prod", "of-dev"))
    written = console()
    assert audit(AuditRequest(repository, Reach(("dev", "prod")), "sarif"), written) == 1
    body = json.loads(printed(written))
    Draft4Validator(json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))).validate(body)
    (run,) = body["runs"]
    assert [(item["ruleId"], item["level"]) for item in run["results"]] == [
        ("root-without-mfa", "error"),
        *[("not-looked-at", "error")] * 3,
    ]
    root, part, _, prod = (item["message"]["text"] for item in run["results"])
    assert root == (
        "dev (222222222222): the root user has no MFA device. What puts it right: sign in as root, and assign one"
    )
    assert part == (
        "dev (222222222222): trust, groups, roles and policies could not be looked at: "
        "iam:GetAccountAuthorizationDetails is missing"
    )
    assert prod.startswith("prod could not be looked at: the credentials are of account 222222222222")
    assert [run["tool"]["driver"]["rules"][item["ruleIndex"]]["id"] for item in run["results"]] == [
        item["ruleId"] for item in run["results"]
    ]
    places = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in run["results"]}
    assert places == {"users.py"}


def test_a_finding_in_sarif_is_the_same_from_night_to_night() -> None:
    def prints(*findings: AuditFinding) -> list[str]:
        body = json.loads(audit_sarif([AccountAudit("dev", "2" * 12, findings)], {}, "users.py"))
        return [item["partialFingerprints"]["primaryLocationLineHash"] for item in body["runs"][0]["results"]]

    young, old = (AuditFinding("old-key", "bob", f"key 1 of bob is {days} days old", "") for days in (91, 92))
    assert prints(young) == prints(old)
    assert len(set(prints(young, young, AuditFinding("old-key", "alice", "", "")))) == 3


@pytest.mark.parametrize("rule", get_args(AuditRule))
def test_every_rule_has_its_words_and_its_line_in_the_docs(rule: AuditRule) -> None:
    body = json.loads(
        audit_sarif([AccountAudit("dev", "2" * 12, (AuditFinding(rule, "x", "y", "z"),))], {}, "users.py")
    )
    (described,) = body["runs"][0]["tool"]["driver"]["rules"]
    assert described["shortDescription"]["text"].endswith(".")
    docs = Path(__file__).parents[2] / "docs/people.md"
    assert f"`{rule}`" in docs.read_text(encoding="utf-8")


def test_without_the_summary_root_is_taken_to_have_a_password(
    repository: Path, aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in = CredentialChoice.clients

    def clients(choice: CredentialChoice, declaration: Any, account: Any) -> Clients:
        real = signed_in(choice, declaration, account)
        iam = Refusing(real.iam, "get_account_summary")
        return Clients({"iam": iam, "sts": real.sts}.__getitem__, Credentials("of-dev"), "eu-west-1")

    monkeypatch.setattr(CredentialChoice, "clients", clients)
    _, body = audited(repository, "dev")
    assert rules(body, "dev") == [("root-without-mfa", "root")]
    refused = {"the root user's password and certificates": "iam:GetAccountSummary"}
    assert body["accounts"][0]["not_looked_at"] == refused


@pytest.mark.parametrize(("by_stack", "hint"), [(False, "iamgen user create bob"), (True, "iamgen deploy u --repair")])
def test_what_the_stack_makes_the_stack_puts_right(by_stack: bool, hint: str) -> None:
    difference = UserDifference("group", "-", GROUPS[0])
    row = UserRow("bob", "person", True, None, (), (), (difference,))
    (finding,) = people_findings(row, "u", by_stack=by_stack)
    assert (finding.rule, finding.hint) == ("missing-membership", hint)


def test_accounts_and_all_do_not_go_together() -> None:
    with pytest.raises(UsageError) as refused:
        program.main(["audit", "dev", "--all"], standalone_mode=False, obj=Session(console()))
    hint = "without either it takes every account"
    assert refused.value.faults == (("audit", "it takes either accounts or --all", hint),)


def test_somebody_who_was_kept_without_access_is_told_as_that() -> None:
    difference = UserDifference("inline policy", "+", "iamgen-offboarded")
    row = UserRow("bob", "person", True, None, (), (), (difference,))
    (finding,) = people_findings(row, "user-only")
    hint = "it denies everything: iamgen user offboard bob goes on, iamgen user create bob lets them back in"
    assert (finding.rule, finding.hint) == ("policy-on-user", hint)
