"""One subject for production and for anything else: refused, whatever the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError

MakeRepo = Callable[..., Path]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'
BITBUCKET = 'repository="acme", audience="ari:cloud:bitbucket::workspace/1-2"'
UUID = "{6a4ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b11}"
ONE_EACH = {
    "github": 'Pipeline("github", repository="acme/shop", branch="main", access={access})',
    "github environment": 'Pipeline("github", repository="acme/shop", environment="x", access={access})',
    "gitlab": 'Pipeline("gitlab", "project_path:a/b:ref_type:branch:ref:m", {access})',
    "buildkite": 'Pipeline("buildkite", "organization:a:pipeline:b:*", {access})',
    "circleci": 'Pipeline("circleci", "org/1-2/project/3-4/*", {access})',
    "bitbucket": f'Pipeline("bitbucket", "{UUID.replace("{", "{{").replace("}", "}}")}:*", {{access}}, {BITBUCKET})',
    "hcp-terraform": 'Pipeline("hcp-terraform", "organization:a:project:b:workspace:c:run_phase:apply", {access})',
    "an issuer": 'Pipeline("https://ci.example.com", "job:x", {access}, audience="aws")',
}


def faults(root: Path) -> list[Fault]:
    try:
        load(root, NOW)
    except IamgenError as exc:
        return list(exc.faults)
    return []


def declared(make_repo: MakeRepo, *lines: str) -> list[Fault]:
    return faults(make_repo(f"{HEAD}PIPELINES = (\n{''.join(f'    {line},' + chr(10) for line in lines)})\n"))


@pytest.mark.parametrize("service", ONE_EACH)
@pytest.mark.parametrize("guarded", ["prod", "user-only"])
@pytest.mark.parametrize("other", ["OpsR", "ReadR"])
def test_it_is_refused(service: str, guarded: str, other: str, make_repo: MakeRepo) -> None:
    access = f'{{"{guarded}": "OpsR", "dev": "{other}"}}'
    ((where, message, hint),) = declared(make_repo, ONE_EACH[service].format(access=access))
    assert where == "users.py:5"
    assert message.endswith(f"is for dev as well, and gets OpsR in {guarded} without anybody's approval")
    assert hint
    if service == "an issuer":
        assert hint == f"give {guarded} a subject of its own, that no other job has"


@pytest.mark.parametrize("service", ONE_EACH)
@pytest.mark.parametrize(
    "access", ['{"prod": "OpsR", "user-only": "AdminR"}', '{"dev": "OpsR"}', '{"dev": "OpsR", "prod": "ReadR"}']
)
def test_what_is_not(service: str, access: str, make_repo: MakeRepo) -> None:
    assert declared(make_repo, ONE_EACH[service].format(access=access)) == []


PROD, DEV = '{"prod": "OpsR"}', '{"dev": "OpsR"}'


@pytest.mark.parametrize(
    ("prod", "dev", "is_refused"),
    [
        # the same job, in two entries, by its service's name and by its issuer, for another audience
        (
            f'Pipeline("github", repository="a/b", branch="m", access={PROD})',
            f'Pipeline("https://token.actions.githubusercontent.com", "repo:a/b:ref:refs/heads/m", {DEV}, audience="x")',
            True,
        ),
        # the same repository before and after it got ids
        (
            f'Pipeline("github", repository="a/b", branch="m", access={PROD})',
            f'Pipeline("github", repository="a@1/b@2", branch="m", access={DEV})',
            True,
        ),
        (
            f'Pipeline("github", repository="a/b", environment="prod", access={PROD})',
            f'Pipeline("github", repository="a/b", branch="m", access={DEV})',
            False,
        ),
        # every job of dev's is one of prod's; not the other way round
        (
            f'Pipeline("buildkite", "organization:a:pipeline:b:*", {PROD})',
            f'Pipeline("buildkite", "organization:a:pipeline:b:ref:m:*", {DEV})',
            True,
        ),
        (
            f'Pipeline("buildkite", "organization:a:pipeline:b:ref:m:*", {PROD})',
            f'Pipeline("buildkite", "organization:a:pipeline:b:*", {DEV})',
            False,
        ),
        (
            f'Pipeline("gitlab", "project_path:a/b:ref_type:branch:ref:m:deployment_tier:production", {PROD})',
            f'Pipeline("gitlab", "project_path:a/b:ref_type:branch:ref:m:deployment_tier:development", {DEV})',
            False,
        ),
        (
            f'Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/g/a/b/vcs-ref/refs/heads/prod", {PROD})',
            f'Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/g/a/b/vcs-ref/refs/heads/main", {DEV})',
            False,
        ),
        (
            f'Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/g/a/b/vcs-ref/refs/heads/m", {PROD})',
            f'Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/g/a/b/vcs-ref/refs/heads/m", {DEV})',
            True,
        ),
    ],
)
def test_of_two_entries(prod: str, dev: str, is_refused: bool, make_repo: MakeRepo) -> None:
    assert [where for where, _, _ in declared(make_repo, prod, dev)] == (["users.py:5"] if is_refused else [])


def test_how_to_tell_gitlabs_jobs_apart(make_repo: MakeRepo) -> None:
    (fault,) = declared(make_repo, ONE_EACH["gitlab"].format(access='{"prod": "OpsR", "dev": "OpsR"}'))
    assert fault == (
        "users.py:5",
        "Pipeline 'gitlab': 'project_path:a/b:ref_type:branch:ref:m' is for dev as well, and gets OpsR in prod without "
        "anybody's approval",
        "let GitLab put deployment_tier into the project's subjects (ci_id_token_sub_claim_components), and give "
        "prod a Pipeline of its own: '…:ref:main:deployment_tier:production'",
    )


def test_a_stated_kind_counts(make_repo: MakeRepo) -> None:
    const = (
        "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
        "SHOP_AWS_ACCOUNT_ID=333333333333\n"
    )
    line = ONE_EACH["gitlab"].format(access='{"*": "OpsR"}')
    users = f"{HEAD}PIPELINES = ({line},)\n"
    assert faults(make_repo(users, const)) == []
    assert len(faults(make_repo(users, f"{const}SHOP_AWS_ACCOUNT_KIND=prod\n", "stated"))) == 1


@pytest.mark.parametrize(("accounts", "count"), [("prod", 0), ("dev", 0), ("*", 1)])
def test_a_role_counts_where_it_is(accounts: str, count: int, make_repo: MakeRepo) -> None:
    line = ONE_EACH["gitlab"].format(access='{"*": "WorkR"}')
    users = f'{HEAD}ROLES = (Role("WorkR", accounts="{accounts}"),)\nPIPELINES = ({line},)\n'
    assert len(faults(make_repo(users))) == count
