"""Who a pipeline is: the subjects that are accepted, and those that would admit somebody else."""

from __future__ import annotations

import pytest

from iamgen.declaration.model import Pipeline
from iamgen.declaration.pipeline_faults import pipeline_faults
from iamgen.declaration.pipelines import Identity, identity

UUID = "{6a4ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b11}"
GITHUB, STS = "https://token.actions.githubusercontent.com", "sts.amazonaws.com"


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (
            Pipeline("github", repository="acme/shop", environment="prod"),
            Identity(GITHUB, STS, "repo:acme/shop:environment:prod"),
        ),
        (
            Pipeline("github", repository="acme@12/shop@34", branch="release/1.x"),
            Identity(GITHUB, STS, "repo:acme@12/shop@34:ref:refs/heads/release/1.x"),
        ),
        (
            Pipeline("github", "repo:acme/shop:ref:refs/tags/v1.0.0", audience="mine"),
            Identity(GITHUB, "mine", "repo:acme/shop:ref:refs/tags/v1.0.0"),
        ),
        (
            Pipeline("gitlab", "project_path:acme/a/b:ref_type:branch:ref:main"),
            Identity("https://gitlab.com", "https://gitlab.com", "project_path:acme/a/b:ref_type:branch:ref:main"),
        ),
        (
            Pipeline("buildkite", "organization:acme:pipeline:shop:*"),
            Identity("https://agent.buildkite.com", STS, "organization:acme:pipeline:shop:*"),
        ),
        (
            Pipeline("circleci", "org/11-22/project/33/*"),
            Identity("https://oidc.circleci.com/org/11-22", "11-22", "org/11-22/project/33/*"),
        ),
        (
            Pipeline("bitbucket", f"{UUID}:*", repository="acme", audience="ari:cloud:bitbucket::workspace/1"),
            Identity(
                "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
                "ari:cloud:bitbucket::workspace/1",
                f"{UUID}:*",
            ),
        ),
        (
            Pipeline("hcp-terraform", "organization:acme:project:My shop:workspace:w:run_phase:apply"),
            Identity(
                "https://app.terraform.io",
                "aws.workload.identity",
                "organization:acme:project:My shop:workspace:w:run_phase:apply",
            ),
        ),
        (
            Pipeline("https://ci.example.com:8443/oidc", "job:x", audience="aws"),
            Identity("https://ci.example.com:8443/oidc", "aws", "job:x"),
        ),
    ],
)
def test_who_it_is(pipeline: Pipeline, expected: Identity) -> None:
    assert list(pipeline_faults(pipeline)) == []
    assert identity(pipeline) == expected


@pytest.mark.parametrize(
    ("pipeline", "what"),
    [
        (Pipeline("github", "repo:acme/*:environment:prod"), "has a wildcard, and would admit others too"),
        (Pipeline("github", "repo:acme*"), "has a wildcard, and would admit others too"),
        (Pipeline("github", "repo:*"), "has a wildcard, and would admit others too"),
        (Pipeline("github", "repo:acme/shop:*"), "has a wildcard, and would admit others too"),
        (Pipeline("github", "repo:acme/shop"), "is not complete"),
        (Pipeline("github", "repo:acme/${aws:username}:environment:x"), "is not complete"),
        (Pipeline("github", repository="acme/shop"), "it has no subject"),
        (Pipeline("github", repository="acme", environment="x"), "the repository 'acme' is none"),
        (Pipeline("github", repository="a/b", environment="x", branch="y"), "both an environment and a branch"),
        (Pipeline("github", "repo:a/b:environment:x", repository="a/b"), "both a subject and a repository"),
        (Pipeline("github"), "it has no subject"),
        (Pipeline("gitlab", "project_path:acme/*"), "has a wildcard, and would admit others too"),
        (Pipeline("gitlab", "project_path:acme/a:ref_type:branch:ref:*"), "has a wildcard"),
        (Pipeline("gitlab", "project_path:a/b:ref_type:branch:ref:m", branch="m"), "branch is for github"),
        (Pipeline("buildkite", "organization:acme:*"), "has its wildcard too early"),
        (Pipeline("buildkite", "organization:acme:pipeline:shop*"), "has its wildcard too early"),
        (Pipeline("circleci", "org/11/*"), "has its wildcard too early"),
        (Pipeline("circleci", "org/*/project/1/user/2"), "has its wildcard too early"),
        (Pipeline("circleci", "org/11/project/3*"), "has its wildcard too early"),
        (Pipeline("bitbucket", "*", repository="acme", audience="ari:cloud:bitbucket::workspace/1"), "too early"),
        (Pipeline("bitbucket", f"{UUID}:*", audience="ari:cloud:bitbucket::workspace/1"), "needs the workspace"),
        (Pipeline("bitbucket", f"{UUID}:*", repository="acme"), "needs the workspace's audience"),
        (Pipeline("hcp-terraform", "organization:acme:*"), "has its wildcard too early"),
        (Pipeline("githb", "x"), "there is no provider 'githb'"),
        (Pipeline("http://ci.example.com", "x", audience="y"), "there is no provider 'http://ci.example.com'"),
        (Pipeline("https://ci.example.com/", "x", audience="y"), "there is no provider 'https://ci.example.com/'"),
        (Pipeline("https://ci.example.com", "x"), "it has no audience"),
        (Pipeline("https://ci.example.com", audience="y"), "it has no subject"),
        (Pipeline("https://ci.example.com", "x:*", audience="y"), "has one of * ? $"),
    ],
)
def test_who_it_may_not_be(pipeline: Pipeline, what: str) -> None:
    assert what in " | ".join(fault[0] for fault in pipeline_faults(pipeline))
