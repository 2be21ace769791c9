"""The CI files: valid by their published schemas, with the roles, order and approvals that users.py asks for."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from iamgen.cli.main import iamgen
from iamgen.cli.session import Session
from iamgen.declaration.load import load
from iamgen.errors import IamgenError
from iamgen.jinja.ci import Deployment, ci_files, deployments
from iamgen.jinja.ci_jobs import CiProvider
from iamgen.ui.console import Console

MakeRepo = Callable[..., Path]
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SCHEMAS: dict[CiProvider, str] = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}

HEAD = 'from iamgen import *\nOPS_SERVICES = ("iam",)\nUSERS = ()\n'
MANY = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
ACME_DEV_AWS_ACCOUNT_ID=222222222222
ACME_PROD_AWS_ACCOUNT_ID=333333333333
SHOP_DEV_AWS_ACCOUNT_ID=444444444444
SHOP_PROD_AWS_ACCOUNT_ID=555555555555
AUDIT_AWS_ACCOUNT_ID=666666666666
"""
PIPELINES = """\
PIPELINES = (
    Pipeline("github", repository="acme@1/iam@7", branch="env/infra", access={"*-dev": "OpsR"}),
    Pipeline("github", repository="acme@1/iam@7", environment="People and all", access={"user-only": "OpsR"}),
    Pipeline("github", repository="acme@1/iam@7", environment="production", access={"acme-prod": ("ReadR", "OpsR")}),
    Pipeline("github", repository="acme/shop", environment="prod", access={"shop-prod": "OpsR"}),
    Pipeline("github", repository="acme/shop", branch="main", access={"audit": "OpsR"}),
    Pipeline("gitlab", "project_path:acme/iam:ref_type:branch:ref:env/infra:deployment_tier:development",
        access={"*-dev": "OpsR", "audit": "OpsR"}, audience="aws"),
    Pipeline("gitlab", "project_path:acme/iam:ref_type:branch:ref:env/infra:deployment_tier:production",
        access={"*-prod": "OpsR"}, audience="aws"),
)
"""


NIGHTLY = """\
ROLES = (Role("AuditR", managed_policies=("IAMReadOnlyAccess",), accounts=("*", "user-only")),)
PIPELINES += (
    Pipeline("github", repository="acme@1/iam@7", branch="main", access={"*": "AuditR", "user-only": "AuditR"}),
    Pipeline("gitlab", "project_path:acme/iam:ref_type:branch:ref:env/infra:deployment_tier:other",
        access={"*": "AuditR"}, audience="aws"),
)
"""


@pytest.fixture
def make_repo(make_repo: MakeRepo) -> MakeRepo:
    """Return what makes a repository that says which iamgen it is for."""

    def make(*args: str, **kwargs: str) -> Path:
        root = make_repo(*args, **kwargs)
        (root / "requirements.txt").write_text("iamgen==1.2.3\n")
        return root

    return make


def planned(root: Path, provider: CiProvider) -> dict[str, Deployment]:
    result = deployments(load(root, NOW).declaration, provider, "infra")
    return {deployment.account: deployment for deployment in result}


def files(root: Path, provider: CiProvider, folder: str = "") -> dict[str, Any]:
    return {
        name: yaml.safe_load(text)
        for name, text in ci_files(root, load(root, NOW).declaration, provider, folder).items()
    }


@pytest.mark.parametrize("provider", SCHEMAS)
def test_this_repositorys_own_files_are_what_the_templates_give(provider: CiProvider) -> None:
    result = ci_files(ROOT, load(ROOT, NOW).declaration, provider, "")
    assert {path: (ROOT / path).read_text() for path in result} == result, "make ci"


@pytest.mark.parametrize("provider", SCHEMAS)
@pytest.mark.parametrize("folder", ["", "team/i'a m: #1"])
def test_they_are_valid(provider: CiProvider, folder: str, make_repo: MakeRepo, tmp_path: Path) -> None:
    root = make_repo(HEAD + PIPELINES + NIGHTLY, MANY)
    result = []
    for name, text in ci_files(root, load(root, NOW).declaration, provider, folder).items():
        result.append(tmp_path / Path(name).name)
        result[-1].write_text(text)
    done = subprocess.run(
        [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", SCHEMAS[provider], *result],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_who_is_deployed_when_and_as_what(make_repo: MakeRepo) -> None:
    plan = planned(make_repo(HEAD + PIPELINES, MANY), "github")
    assert [(deployment.account, deployment.stage, deployment.needs) for deployment in plan.values()] == [
        ("user-only", "people", ("check",)),
        ("acme-dev", "accounts", ("deploy-user-only",)),
        ("shop-dev", "accounts", ("deploy-user-only",)),
        ("audit", "accounts", ("deploy-user-only",)),
        ("acme-prod", "prod", ("deploy-acme-dev", "deploy-shop-dev", "deploy-audit")),
        ("shop-prod", "prod", ("deploy-acme-dev", "deploy-shop-dev", "deploy-audit")),
    ]
    assert {item.account: (item.role, item.environment) for item in plan.values()} == {
        "user-only": ("arn:aws:iam::111111111111:role/infra-OpsR-111111111111", "People and all"),
        "acme-dev": ("arn:aws:iam::222222222222:role/infra-OpsR-222222222222", ""),
        "shop-dev": ("arn:aws:iam::444444444444:role/infra-OpsR-444444444444", ""),
        "audit": ("", ""),  # a pipeline of another repository
        "acme-prod": ("arn:aws:iam::333333333333:role/infra-OpsR-333333333333", "production"),
        "shop-prod": ("", "shop-prod"),  # likewise
    }
    assert (plan["audit"].variable, plan["shop-prod"].variable) == (
        "AUDIT_DEPLOY_ROLE_ARN",
        "SHOP_PROD_DEPLOY_ROLE_ARN",
    )


def test_a_stated_kind_decides_when_an_account_is_deployed(make_repo: MakeRepo) -> None:
    pipelines = PIPELINES.replace(', "audit": "OpsR"', "")
    plan = planned(make_repo(HEAD + pipelines, f"{MANY}AUDIT_AWS_ACCOUNT_KIND=prod\n"), "github")
    assert (plan["audit"].stage, plan["audit"].environment, plan["audit"].needs_approval) == ("prod", "audit", True)
    assert plan["audit"].needs == ("deploy-acme-dev", "deploy-shop-dev")


def test_an_account_that_stands_in_for_people_goes_first(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
    plan = planned(make_repo(HEAD, const), "github")
    assert [(deployment.account, deployment.needs) for deployment in plan.values()] == [
        ("dev", ("check",)),
        ("prod", ("deploy-dev",)),
    ]
    assert plan["dev"].environment == "dev"  # whoever changes it decides over the people, and so over all


def test_where_all_need_approval_the_repository_is_known_by_who_deploys_to_the_people(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
    lines = (
        'Pipeline("github", repository="acme/iam", environment="dev", access={"dev": "OpsR"}),'
        'Pipeline("github", repository="acme/iam", environment="prod", access={"prod": "OpsR"}),'
        'Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "AdminR"}),'
    )
    plan = planned(make_repo(f"{HEAD}PIPELINES = ({lines})\n", const), "github")
    assert {deployment.account: (deployment.role[-17:], deployment.environment) for deployment in plan.values()} == {
        "dev": ("OpsR-222222222222", "dev"),
        "prod": ("OpsR-333333333333", "prod"),
    }


INFRA = 'Pipeline("github", repository="acme/iam", branch="env/infra", access={"dev": "OpsR"})'
TIERED = "project_path:acme/iam:ref_type:branch:ref:env/infra"
PROD = 'Pipeline("github", repository="acme/iam", environment="prod", access={"prod": "OpsR"})'


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (['repository="acme/iam", branch="env/infra"'], ["ref:refs/heads/env/infra of acme/iam"]),
        (['repository="acme/iam", branch="main"'], ["ref:refs/heads/main of acme/iam"]),
        (['subject="repo:acme/iam:pull_request"'], ["pull_request of acme/iam"]),
        (['subject="repo:acme/iam:ref:refs/tags/v1"'], ["ref:refs/tags/v1 of acme/iam"]),
        # no other pipeline makes it doubtful which repository this is
        (
            ['repository="acme/iam", branch="env/infra"', 'repository="acme/shop", branch="env/infra"'],
            ["ref:refs/heads/env/infra of acme/iam", "ref:refs/heads/env/infra of acme/shop"],
        ),
    ],
)
@pytest.mark.parametrize("role", ["OpsR", "AdminR"])
@pytest.mark.parametrize("account", ["prod", "user-only"])
def test_whatever_needs_approval_and_gets_in_without_is_refused(
    make_repo: MakeRepo, rest: list[str], message: list[str], role: str, account: str
) -> None:
    access = f'access={{"{account}": "{role}"}}'
    known_by = [] if any("env/infra" in text for text in rest) else [INFRA]  # one branch for both is a fault itself
    lines = ", ".join([*known_by, PROD, *(f'Pipeline("github", {element}, {access})' for element in rest)])
    with pytest.raises(IamgenError) as caught:
        planned(make_repo(f"{HEAD}PIPELINES = ({lines})\n"), "github")
    assert caught.value.faults == tuple(
        (
            account,
            f"{role} is for {place}, and nobody has to approve what that does",
            f'Pipeline("github", repository="{place.rpartition(" ")[2]}", environment="{account}", access={{…}})',
        )
        for place in message
    )


def test_a_branch_may_read_production(make_repo: MakeRepo) -> None:
    reads = 'Pipeline("github", repository="acme/iam", branch="main", access={"prod": "ReadR"})'
    plan = planned(make_repo(f"{HEAD}PIPELINES = ({INFRA}, {reads})\n"), "github")
    assert (plan["prod"].role, plan["prod"].environment) == ("", "prod")  # and does not deploy it


def test_of_several_roles_it_is_opsr_that_deploys(make_repo: MakeRepo) -> None:
    pipelines = (
        'Pipeline("github", repository="acme/iam", branch="env/infra", access={"dev": ("AdminR", "OpsR")}),'
        'Pipeline("github", repository="acme/iam", environment="x", access={"user-only": ("ReadR", "AdminR")}),'
    )
    plan = planned(make_repo(f"{HEAD}PIPELINES = ({pipelines})\n"), "github")
    assert plan["dev"].role == "arn:aws:iam::222222222222:role/infra-OpsR-222222222222"
    assert plan["user-only"].role == "arn:aws:iam::111111111111:role/infra-AdminR-111111111111"


def test_where_several_repositories_have_the_branch_it_is_not_guessed_which_this_is(make_repo: MakeRepo) -> None:
    other = INFRA.replace("acme/iam", "acme/shop")
    plan = planned(make_repo(f"{HEAD}PIPELINES = ({INFRA}, {other}, {PROD})\n"), "github")
    assert {deployment.role for deployment in plan.values()} == {""}


@pytest.mark.parametrize(
    ("prod", "dev", "expected"),
    [
        ("deployment_tier:production", "deployment_tier:development", ("prod", "production", "dev", "development")),
        ("deployment_tier:other", "deployment_tier:staging", ("prod", "other", "dev", "staging")),
        ("environment_protected:true", "environment_protected:false", ("prod", "production", "", "")),
    ],
)
def test_on_gitlab_the_tier_tells_jobs_apart(
    make_repo: MakeRepo, prod: str, dev: str, expected: tuple[str, str, str, str]
) -> None:
    lines = (
        f'Pipeline("gitlab", "{TIERED}:{prod}", access={{"prod": "OpsR", "user-only": "OpsR"}}),'
        f'Pipeline("gitlab", "{TIERED}:{dev}", access={{"dev": "OpsR"}}),'
    )
    plan = planned(make_repo(f"{HEAD}PIPELINES = ({lines})\n"), "gitlab")
    assert [deployment.role[-17:] for deployment in plan.values()] == [
        f"OpsR-{str(number) * 12}" for number in (1, 2, 3)
    ]
    result = (plan["prod"].environment, plan["prod"].tier, plan["dev"].environment, plan["dev"].tier)
    assert result == expected
    assert (plan["user-only"].environment, plan["user-only"].tier) == ("user-only", expected[1])


@pytest.mark.parametrize("account", ["prod", "user-only"])
@pytest.mark.parametrize("subject", [TIERED, "project_id:7:ref:env/infra", f"{TIERED}:environment_protected:false"])
def test_on_gitlab_a_subject_without_an_environment_is_refused(make_repo: MakeRepo, account: str, subject: str) -> None:
    line = f'Pipeline("gitlab", "{subject}", access={{"{account}": "OpsR"}})'
    with pytest.raises(IamgenError) as caught:
        planned(make_repo(f"{HEAD}PIPELINES = ({line},)\n"), "gitlab")
    repository, _, place = subject.partition(":")[2].partition(":")
    assert caught.value.faults == (
        (
            account,
            f"OpsR is for {place} of {repository}, and nobody has to approve what that does",
            f'Pipeline("gitlab", "{subject}:deployment_tier:production", access={{…}}), and the same parts in the '
            "project's subjects: iamgen docs ci",
        ),
    )


def test_a_tier_that_gitlab_does_not_have(make_repo: MakeRepo) -> None:
    line = f'Pipeline("gitlab", "{TIERED}:deployment_tier:live", access={{"prod": "OpsR"}})'
    with pytest.raises(IamgenError) as caught:
        planned(make_repo(f"{HEAD}PIPELINES = ({line},)\n"), "gitlab")
    assert caught.value.faults[0].problem == "GitLab has no deployment tier 'live'"


def test_an_environment_that_would_be_an_expression_is_refused(make_repo: MakeRepo) -> None:
    line = (
        'PIPELINES = (Pipeline("github", repository="acme/iam", branch="env/infra", access={"dev": "OpsR"}),\n'
        '    Pipeline("github", repository="acme/iam", environment="x{{secrets.A}}", access={"prod": "OpsR"}))\n'
    )
    with pytest.raises(IamgenError) as caught:
        planned(make_repo(HEAD + line), "github")
    (fault,) = caught.value.faults
    assert fault.problem == "the environment 'x{{secrets.A}}' cannot be written into a CI file"
    assert fault.hint == "letters, digits, blanks and ./@+_- only"


def test_github_deploys_one_after_the_other_with_least_permissions(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + PIPELINES + 'SETTINGS = Settings(stack="base")\n', MANY)
    result = files(root, "github")
    check, deploy = result[".github/workflows/iamgen-check.yml"], result[".github/workflows/iamgen-deploy.yml"]
    assert check["permissions"] == {"contents": "read"}
    assert deploy["permissions"] == {}
    assert deploy["concurrency"] == {"group": "iamgen-deploy", "cancel-in-progress": False}
    assert deploy[True] == {"push": {"branches": ["env/infra"]}}  # YAML 1.1 reads `on` as true
    jobs = deploy["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        name: {"contents": "read"} | ({} if name == "check" else {"id-token": "write"}) for name in jobs
    }
    assert {name: job["environment"] for name, job in jobs.items() if "environment" in job} == {
        "deploy-user-only": "People and all",
        "deploy-acme-prod": "production",
        "deploy-shop-prod": "shop-prod",
    }
    for name, job in jobs.items():
        names = [step.get("name", step.get("uses", "").partition("@")[0]) for step in job["steps"]]
        if name != "check":  # before there are credentials
            assert names[-3:-1] == ["This commit is still the one to deploy", "aws-actions/configure-aws-credentials"]
    assert jobs["deploy-acme-dev"]["steps"][-1]["run"] == "iamgen deploy acme-dev --yes"
    assert "cfn-lint --non-zero-exit-code error -- build/*/base.json" in str(jobs["check"])
    assert "secrets." not in str(result)


def test_what_one_step_finds_hides_nothing_of_the_others(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD)
    steps = files(root, "github")[".github/workflows/iamgen-check.yml"]["jobs"]["check"]["steps"]
    looks = [step for step in steps if "run" in step][1:]
    assert looks[0]["run"] == "iamgen check --format github"
    always = "!cancelled() && steps.install.outcome == 'success'"
    assert {look["if"] for look in looks[1:]} == {
        f"${{{{ {always} }}}}",
        f"${{{{ {always} && github.event_name == 'pull_request' }}}}",
    }
    assert looks[-1]["run"] == "iamgen ci github --check"
    gitlab = files(root, "gitlab")[".gitlab-ci.yml"]
    assert {name for name, job in gitlab.items() if "stage" in job and job["stage"] == "check"} == {
        "check", "cfn-lint", "ci-file", "changes",
    }  # fmt: skip


def test_a_forced_push_of_the_main_branch_is_not_compared_with_itself(make_repo: MakeRepo) -> None:
    steps = files(make_repo(HEAD), "github")[".github/workflows/iamgen-check.yml"]["jobs"]["check"]["steps"]
    (base,) = (step["env"]["BASE"] for step in steps if "BASE" in step.get("env", {}))
    assert base == (
        "${{ github.event.pull_request.base.sha || ((github.event.created || github.event.forced) "
        "&& github.ref_name != github.event.repository.default_branch "
        "&& format('refs/remotes/origin/{0}', github.event.repository.default_branch)) || github.event.before }}"
    )


def test_a_gain_of_access_is_an_annotation_and_fails_where_the_repository_says_so(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD)

    def workflow_and_messages() -> tuple[dict[str, Any], str]:
        steps = files(root, "github")[".github/workflows/iamgen-check.yml"]["jobs"]["check"]["steps"]
        (step,) = (step for step in steps if "iamgen diff" in step.get("run", ""))
        return step, files(root, "gitlab")[".gitlab-ci.yml"]["changes"]["script"][0]

    step, merge_request = workflow_and_messages()
    assert (step["run"], step["continue-on-error"]) == ('iamgen diff --format github -- "$TARGET"', True)
    assert step["env"] == {"TARGET": "${{ github.event.pull_request.base.sha }}"}
    assert "--fail-on" not in merge_request
    (root / "templates/ci").mkdir(parents=True)
    (root / "templates/ci/fail-on.j2").write_text('[% set fail_on = "escalation" %]\n')
    step, merge_request = workflow_and_messages()
    assert step["run"] == 'iamgen diff --format github --fail-on escalation -- "$TARGET"'
    assert "continue-on-error" not in step
    assert merge_request.startswith("iamgen changes --format markdown --fail-on escalation -- ")


def test_every_action_is_pinned_by_commit(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + PIPELINES + NIGHTLY, MANY)
    for text in ci_files(root, load(root, NOW).declaration, "github", "").values():
        uses = re.findall(r"uses: (.*)", text)
        assert uses
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use) for use in uses)


def test_gitlab_deploys_one_after_the_other(make_repo: MakeRepo) -> None:
    result = files(make_repo(HEAD + PIPELINES, MANY), "gitlab")[".gitlab-ci.yml"]
    assert result[".deploy"]["resource_group"] == "iamgen-deploy"
    prod, dev = result["deploy-acme-prod"], result["deploy-acme-dev"]
    promoted = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "env/infra"'
    by_hand = [{"if": promoted, "when": "manual", "allow_failure": False}]
    assert (prod["rules"], result["deploy-user-only"]["rules"]) == (by_hand, by_hand)
    assert prod["environment"] == {"name": "acme-prod", "deployment_tier": "production"}
    assert result["deploy-user-only"]["environment"] == {"name": "user-only", "deployment_tier": "production"}
    assert dev["environment"] == {"name": "acme-dev", "deployment_tier": "development"}
    assert result[".deploy"]["rules"] == [
        {"if": promoted}
    ]  # variables of a pipeline that is run by hand come to nothing
    assert "rules" not in dev
    assert dev["id_tokens"] == {"IAMGEN_ID_TOKEN": {"aud": "aws"}}
    assert dev["variables"] == {
        "ACCOUNT": "acme-dev", "AWS_ROLE_ARN": "arn:aws:iam::222222222222:role/infra-OpsR-222222222222",
    }  # fmt: skip
    assert result["stages"] == ["check", "people", "accounts", "prod"]


@pytest.mark.parametrize("provider", SCHEMAS)
def test_every_command_is_one_of_iamgens_with_its_options(provider: CiProvider, make_repo: MakeRepo) -> None:
    root = make_repo(HEAD + PIPELINES + NIGHTLY, MANY)
    texts = ci_files(root, load(root, NOW).declaration, provider, "").values()
    result = [match for text in texts for match in re.findall(r"^ *(?:- |run: )?(iamgen .*)$", text, re.MULTILINE)]
    names = []
    for line in result:
        name, *args = shlex.split(re.split(" >| \\|\\|", line)[0])[1:]
        names.append(name)
        command = iamgen.get_command(click.Context(iamgen), name)
        assert command
        context = command.make_context(name, args, obj=Session(Console.standard()))
        assert name != "deploy" or (context.params["yes"], len(context.params["accounts"])) == (True, 1)
    diff = ["diff"] if provider == "github" else []
    assert set(names) == {"check", "render", "changes", "ci", "deploy", "drift", "audit", *diff}
    assert names.count("deploy") == (6 if provider == "github" else 1)


def test_a_rollback_is_not_stopped_by_files_of_another_version(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD)
    github, gitlab = files(root, "github"), files(root, "gitlab")[".gitlab-ci.yml"]
    assert "ci github --check" in str(github[".github/workflows/iamgen-check.yml"])
    assert "--check" not in str(github[".github/workflows/iamgen-deploy.yml"])
    assert [name for name, job in gitlab.items() if "--check" in str(job)] == ["ci-file"]
    assert gitlab["ci-file"]["rules"] == [{"if": '$CI_COMMIT_BRANCH != "env/infra"'}]


def test_the_channel_of_the_settings(make_repo: MakeRepo) -> None:
    result = files(make_repo(HEAD + 'SETTINGS = Settings(channels=("live", "audit"))\n'), "github")
    assert result[".github/workflows/iamgen-deploy.yml"][True] == {"push": {"branches": ["env/live"]}}


def test_a_template_of_ones_own(make_repo: MakeRepo) -> None:
    root = make_repo(HEAD)
    (root / "templates/ci").mkdir(parents=True)
    (root / "templates/ci/gitlab-ci.yml.j2").write_text("# [[ branch ]]\n[% for one in %]\n")
    with pytest.raises(IamgenError) as caught:
        files(root, "gitlab")
    assert caught.value.faults[0].where == "templates/ci/gitlab-ci.yml.j2:2"
    (root / "templates/ci/gitlab-ci.yml.j2").write_text("a: [[ branches ]]\n")
    with pytest.raises(IamgenError) as caught:
        files(root, "gitlab")
    assert caught.value.faults == (
        ("templates/ci/gitlab-ci.yml.j2:1", "'branches' is undefined", "did you mean branch?"),
    )
