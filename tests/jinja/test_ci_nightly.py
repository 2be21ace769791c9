"""The jobs that look at AWS every night: with roles that read and do nothing else, and loud when they cannot look."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from iamgen.access.accounts import Account
from iamgen.access.principals import may, role_session
from iamgen.aws.managed_policies import managed_documents
from iamgen.declaration.load import load
from iamgen.declaration.reading_roles import READING_POLICIES, reading_roles
from iamgen.jinja.ci import ci_files, deployments
from iamgen.jinja.ci_jobs import CiProvider
from iamgen.jinja.ci_next_steps import next_steps
from iamgen.jinja.ci_nightly import NightlyJob, nightly_jobs
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import text

MakeRepo = Callable[..., Path]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("iam",)\nUSERS = ()\n'
READING = 'managed_policies=("AWSCloudFormationReadOnlyAccess", "IAMReadOnlyAccess"), accounts=("*", "user-only")'
ROLES = f'ROLES = (Role("AuditR", {READING}),)\n'
EVERYWHERE = '{"*": "AuditR", "user-only": "AuditR"}'
GITHUB = 'Pipeline("github", repository="acme/iam", {}, access={})'
DEPLOYS = GITHUB.format('branch="env/infra"', '{"dev": "OpsR"}')
LOOKS = GITHUB.format('branch="main"', EVERYWHERE)
GITLAB = "project_path:acme/iam:ref_type:branch:ref:env/infra"
NIGHTLY = ".github/workflows/iamgen-nightly.yml"

NEEDED = (
    *("cloudformation:DescribeStacks", "cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"),
    *("cloudformation:DescribeStackDriftDetectionStatus", "cloudformation:DescribeStackResourceDrifts"),
    *("cloudformation:GetTemplate", "cloudformation:ListStackResources", "iam:GetAccountAuthorizationDetails"),
    *("iam:GetRole", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetGroup", "iam:GetUser", "iam:ListPolicies"),
    *("iam:GetOpenIDConnectProvider", "iam:ListAttachedRolePolicies", "iam:GetRolePolicy", "iam:ListEntitiesForPolicy"),
    *("iam:GenerateCredentialReport", "iam:GetCredentialReport", "iam:ListVirtualMFADevices"),
    *("iam:GetAccountPasswordPolicy", "iam:GetAccountSummary"),
)
"""What `iamgen drift` and `iamgen audit` ask for, and what CloudFormation asks for in order to compare."""
FORBIDDEN = (
    *("cloudformation:CreateChangeSet", "cloudformation:UpdateStack", "cloudformation:DeleteStack"),
    *("cloudformation:SetStackPolicy", "iam:CreateAccessKey", "iam:PutRolePolicy", "iam:AttachRolePolicy"),
    *("iam:UpdateAssumeRolePolicy", "iam:PassRole", "iam:DeleteUser", "iam:TagUser", "iam:DeactivateMFADevice"),
    *("s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter", "dynamodb:GetItem", "sts:AssumeRole"),
)


def planned(root: Path, provider: CiProvider = "github") -> dict[str, NightlyJob]:
    return {job.account: job for job in nightly_jobs(load(root, NOW).declaration, provider, "infra")}


def written(root: Path, provider: CiProvider = "github") -> dict[str, Any]:
    texts = ci_files(root, load(root, NOW).declaration, provider, "")
    return {path: yaml.safe_load(content) for path, content in texts.items()}


@pytest.fixture
def make_users(make_repo: MakeRepo) -> Callable[..., Path]:
    """Return what makes a repository with these pipelines and roles."""

    numbers = count()

    def make(*pipelines: str, roles: str = ROLES, more: str = "") -> Path:
        lines = "".join(f"    {line},\n" for line in pipelines)
        root = make_repo(f"{HEAD}{roles}PIPELINES = (\n{lines})\n{more}", name=f"repo{next(numbers)}")
        (root / "requirements.txt").write_text("iamgen==1.2.3\n")
        return root

    return make


def test_each_account_is_looked_at_with_the_role_that_reads(make_users: Callable[..., Path]) -> None:
    jobs = planned(make_users(DEPLOYS, LOOKS))
    assert {name: job.role for name, job in jobs.items()} == {
        name: f"arn:aws:iam::{digit * 12}:role/infra-AuditR-{digit * 12}"
        for name, digit in (("user-only", "1"), ("dev", "2"), ("prod", "3"))
    }


def test_the_role_reads_what_is_needed_and_does_nothing_else(make_users: Callable[..., Path]) -> None:
    root = make_users(DEPLOYS, LOOKS)
    declaration = load(root, NOW).declaration
    own = documents(root, declaration)
    for account in declaration.accounts.values():
        template = json.loads(text(build(declaration, account, own)))
        role = Account.of(template, account.id, "aws", managed_documents()).role("AuditR")
        session = role_session(role)
        assert [action for action in NEEDED if not may(session, action, "*").allowed] == []
        assert [action for action in FORBIDDEN if may(session, action, "*").allowed] == []


def test_the_policies_that_count_as_reading_are_aws_own_and_give_no_power_over_iam() -> None:
    known = managed_documents()
    verbs = ("Get", "List", "Generate", "Simulate")
    for name in READING_POLICIES:
        actions = [action for statement in known[name]["Statement"] for action in statement["Action"]]
        assert all(action.partition(":")[2].startswith(verbs) for action in actions if action.startswith("iam:"))
        assert not {"*", "iam:*", "sts:AssumeRole", "iam:PassRole"} & set(actions)


@pytest.mark.parametrize(
    ("role", "counts"),
    [
        (READING, True),
        ('managed_policies=("arn:aws:iam::aws:policy/SecurityAudit",)', True),
        ('managed_policies=("IAMFullAccess", "IAMReadOnlyAccess")', False),
        ('managed_policies=("arn:aws:iam::111111111111:policy/IAMReadOnlyAccess",)', False),
        ('managed_policies=("IAMReadOnlyAccess",), services=("s3",)', False),
        ('managed_policies=("IAMReadOnlyAccess",), policies=("OddP",)', False),
        ('services=("s3",)', False),
    ],
)
def test_what_counts_as_a_role_that_reads(role: str, counts: bool, make_repo: MakeRepo) -> None:
    root = make_repo(f'{HEAD}POLICIES = (Policy("OddP", "odd.json.j2"),)\nROLES = (Role("AuditR", {role}),)\n')
    declaration = load(root, NOW).declaration
    assert reading_roles(declaration.roles) == ({"ReadR", "AuditR"} if counts else {"ReadR"})


@pytest.mark.parametrize("assumer", ["AuditR", "arn:aws:iam::333333333333:role/infra-AuditR-333333333333"])
def test_a_role_that_leads_to_another_does_not_count(assumer: str, make_users: Callable[..., Path]) -> None:
    boss = f'Role("BossR", services=("s3",), assumed_by=("{assumer}",), accounts=("*", "user-only"))'
    root = make_users(roles=f'ROLES = (Role("AuditR", {READING}), {boss})\n')
    assert reading_roles(load(root, NOW).declaration.roles) == {"ReadR"}


def test_without_a_role_that_reads_there_is_no_such_file(make_users: Callable[..., Path]) -> None:
    assert NIGHTLY not in written(make_users(DEPLOYS))
    assert NIGHTLY not in written(make_users(DEPLOYS, LOOKS.replace('"main"', '"feature"')))
    assert NIGHTLY not in written(make_users(DEPLOYS, LOOKS.replace("acme/iam", "acme/shop")))
    assert NIGHTLY in written(make_users(LOOKS))  # whoever looks at the people is this repository


def test_the_main_branch_is_that_of_the_settings(make_users: Callable[..., Path]) -> None:
    trunk = LOOKS.replace('"main"', '"trunk"')
    more = 'SETTINGS = Settings(main_branch="trunk")\n'
    assert NIGHTLY in written(make_users(DEPLOYS, trunk, more=more))
    assert NIGHTLY not in written(make_users(DEPLOYS, LOOKS, more=more))


def test_another_role_than_readr_is_preferred_and_what_is_missing_is_a_variable(
    make_users: Callable[..., Path],
) -> None:
    access = '{"dev": ("ReadR", "AuditR"), "prod": "ReadR"}'
    root = make_users(DEPLOYS, GITHUB.format('branch="master"', access))
    jobs = planned(root)
    assert [jobs[name].role.rpartition("/")[2] for name in ("dev", "prod", "user-only")] == [
        "infra-AuditR-222222222222",
        "infra-ReadR-333333333333",
        "",
    ]
    steps = list(next_steps(load(root, NOW).declaration, "github"))
    assert (
        "set in GitHub the variable USER_ONLY_AUDIT_ROLE_ARN: the ARN of the role that reads the account; "
        "or declare a Pipeline(…) for it in users.py"
    ) in steps
    assert "${{ vars.USER_ONLY_AUDIT_ROLE_ARN }}" in str(written(root)[NIGHTLY])


def test_a_role_that_reads_never_deploys(make_users: Callable[..., Path]) -> None:
    subject = f"{GITLAB}:deployment_tier"
    lines = (
        f'Pipeline("gitlab", "{subject}:development", {{"dev": "OpsR"}})',
        f'Pipeline("gitlab", "{subject}:other", {EVERYWHERE})',
    )
    plan = deployments(load(make_users(*lines), NOW).declaration, "gitlab", "infra")
    assert {item.account: item.role.rpartition("/")[2] for item in plan} == {
        "user-only": "",
        "dev": "infra-OpsR-222222222222",
        "prod": "",
    }


def test_github_looks_at_what_was_promoted_with_least_permissions(make_users: Callable[..., Path]) -> None:
    workflow = written(make_users(DEPLOYS, LOOKS))[NIGHTLY]
    assert workflow["permissions"] == {}
    assert set(workflow[True]) == {"schedule", "workflow_dispatch"}  # YAML 1.1 reads `on` as true
    jobs = workflow["jobs"]
    report = jobs.pop("report")
    assert report["needs"] == list(jobs) == ["audit-user-only", "audit-dev", "audit-prod"]
    assert report["permissions"] == {"issues": "write"}
    assert all(f"'{result}'" in report["if"] for result in ("failure", "cancelled", "skipped"))
    for name, job in jobs.items():
        account = name.removeprefix("audit-")
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["steps"][0]["with"]["ref"] == "env/infra"
        assert [step["run"] for step in job["steps"][-2:]] == [
            f"iamgen drift {account} --exit-code",
            f"iamgen audit {account} --exit-code",
        ]
        assert job["steps"][-1]["if"] == "${{ !cancelled() && steps.role.outcome == 'success' }}"
    assert "secrets." not in str(workflow)


def test_gitlab_looks_on_a_schedule_of_the_branch_that_was_approved(make_users: Callable[..., Path]) -> None:
    root = make_users(f'Pipeline("gitlab", "{GITLAB}:deployment_tier:other", {EVERYWHERE})')
    result = written(root, "gitlab")[".gitlab-ci.yml"]
    job = result["audit-prod"]
    assert result["stages"][-1] == job["stage"] == "nightly"
    assert job["needs"] == []  # what the check finds hides nothing
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == "env/infra"'}]
    assert job["environment"] == {"name": "audit-prod", "deployment_tier": "other"}
    assert "variables" not in job  # a schedule's own would come before them
    assert "export AWS_ROLE_ARN=arn:aws:iam::333333333333:role/infra-AuditR-333333333333" in job["script"]
    steps = list(next_steps(load(root, NOW).declaration, "gitlab"))
    assert "make a pipeline schedule of the branch env/infra in GitLab: its jobs look at AWS every night" in steps


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    """Return what runs a script with programs in the place of gh and iamgen, which note how they were called."""
    log = tmp_path / "log"

    def run(script: str, **programs: str) -> tuple[int, list[str]]:
        (tmp_path / "bin").mkdir(exist_ok=True)
        for name, body in programs.items():
            program = tmp_path / "bin" / name
            program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{log}"\n{body}\n')
            program.chmod(0o755)
        log.write_text("")
        env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TITLE": "a title", "RUN": "https://run"}
        done = subprocess.run(["bash", "-e", "-c", script], env=env, check=False, cwd=tmp_path)
        return done.returncode, log.read_text().splitlines()

    return run


def test_the_issue_is_opened_once(
    make_users: Callable[..., Path], run_script: Callable[..., tuple[int, list[str]]]
) -> None:
    script = written(make_users(LOOKS))[NIGHTLY]["jobs"]["report"]["steps"][0]["run"]
    for answer, expected in (("", "gh issue create --title a title"), ("7", "gh issue comment 7")):
        code, calls = run_script(script, gh=f'case "$2" in list) printf %s "{answer}";; esac')
        assert (code, len(calls)) == (0, 2)
        assert calls[1].startswith(expected)
        assert calls[1].endswith("https://run")


@pytest.mark.parametrize(("drift", "audit"), [(0, 0), (4, 0), (0, 4), (1, 4)])
def test_gitlab_asks_both_and_fails_where_either_does(
    drift: int, audit: int, make_users: Callable[..., Path], run_script: Callable[..., tuple[int, list[str]]]
) -> None:
    root = make_users(f'Pipeline("gitlab", "{GITLAB}:deployment_tier:other", {EVERYWHERE})')
    script = "\n".join(written(root, "gitlab")[".gitlab-ci.yml"]["audit-dev"]["script"])
    body = f'case "$1" in drift) exit {drift};; audit) exit {audit};; esac'
    code, calls = run_script(script, iamgen=body)
    assert calls == ["iamgen drift dev --exit-code", "iamgen audit dev --exit-code"]
    assert code == (1 if drift or audit else 0)
