"""Who a pipeline is: the subjects that are accepted, and those that would admit somebody else."""

from __future__ import annotations

import pytest

from iamgen.declaration.pipelines import TokenIdentity, identity
from iamgen.declaration.types.pipeline import Pipeline, identity_problems

UUID = "{6a4ab5f2-5a0b-4f0d-9a56-0f6c6d5f7b11}"
GITHUB, STS = "https://token.actions.githubusercontent.com", "sts.amazonaws.com"


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (
            Pipeline("github", repository="acme/shop", environment="prod"),
            TokenIdentity(GITHUB, STS, "repo:acme/shop:environment:prod"),
        ),
        (
            Pipeline("github", repository="acme@12/shop@34", branch="release/1.x"),
            TokenIdentity(GITHUB, STS, "repo:acme@12/shop@34:ref:refs/heads/release/1.x"),
        ),
        (
            Pipeline("github", "repo:acme/shop:ref:refs/tags/v1.0.0", audience="mine"),
            TokenIdentity(GITHUB, "mine", "repo:acme/shop:ref:refs/tags/v1.0.0"),
        ),
        (
            Pipeline("gitlab", "project_path:acme/a/b:ref_type:branch:ref:main"),
            TokenIdentity("https://gitlab.com", "https://gitlab.com", "project_path:acme/a/b:ref_type:branch:ref:main"),
        ),
        (
            Pipeline("buildkite", "organization:acme:pipeline:shop:*"),
            TokenIdentity("https://agent.buildkite.com", STS, "organization:acme:pipeline:shop:*"),
        ),
        (
            Pipeline("circleci", "org/11-22/project/33/*"),
            TokenIdentity("https://oidc.circleci.com/org/11-22", "11-22", "org/11-22/project/33/*"),
        ),
        (
            Pipeline("bitbucket", f"{UUID}:*", repository="acme", audience="ari:cloud:bitbucket::workspace/1"),
            TokenIdentity(
                "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
                "ari:cloud:bitbucket::workspace/1",
                f"{UUID}:*",
            ),
        ),
        (
            Pipeline("hcp-terraform", "organization:acme:project:My shop:workspace:w:run_phase:apply"),
            TokenIdentity(
                "https://app.terraform.io",
                "aws.workload.identity",
                "organization:acme:project:My shop:workspace:w:run_phase:apply",
            ),
        ),
        (
            Pipeline("https://ci.example.com/oidc", "job:x", audience="aws"),
            TokenIdentity("https://ci.example.com/oidc", "aws", "job:x"),
        ),
        (
            Pipeline("github", repository="acme/shop", environment="Production EU"),
            TokenIdentity(GITHUB, STS, "repo:acme/shop:environment:Production EU"),
        ),
        (
            Pipeline("github", "repo:acme@12/shop@34:pull_request"),
            TokenIdentity(GITHUB, STS, "repo:acme@12/shop@34:pull_request"),
        ),
        (
            Pipeline("github", repository="octo_acme/shop", branch="m"),
            TokenIdentity(GITHUB, STS, "repo:octo_acme/shop:ref:refs/heads/m"),
        ),
        (
            Pipeline(GITHUB, "repository_owner_id:12:environment:prod", audience=STS),
            TokenIdentity(GITHUB, STS, "repository_owner_id:12:environment:prod"),
        ),
        (
            Pipeline("gitlab", "project_id:20:ref_type:branch:ref:main"),
            TokenIdentity("https://gitlab.com", "https://gitlab.com", "project_id:20:ref_type:branch:ref:main"),
        ),
        (
            Pipeline("gitlab", "project_path:acme/a/b:ref:main"),
            TokenIdentity("https://gitlab.com", "https://gitlab.com", "project_path:acme/a/b:ref:main"),
        ),
        (
            Pipeline(
                "gitlab", "project_path:a/b:ref_type:branch:ref:m:environment_protected:true:deployment_tier:other"
            ),
            TokenIdentity(
                "https://gitlab.com",
                "https://gitlab.com",
                "project_path:a/b:ref_type:branch:ref:m:environment_protected:true:deployment_tier:other",
            ),
        ),
        (
            # a `*` for the user would also match `U/vcs-origin/…/vcs-ref/refs/heads/x`, that is, branches of any name
            Pipeline("circleci", "org/11/project/33/user/*/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/main"),
            TokenIdentity(
                "https://oidc.circleci.com/org/11",
                "11",
                "org/11/project/33/user/????????-????-????-????-????????????/vcs-origin/github.com/acme/shop"
                "/vcs-ref/refs/heads/main",
            ),
        ),
        (
            Pipeline(
                "https://oidc.vercel.com", "owner:acme:project:a:environment:b", audience="https://vercel.com/acme"
            ),
            TokenIdentity("https://oidc.vercel.com", "https://vercel.com/acme", "owner:acme:project:a:environment:b"),
        ),
        (
            Pipeline("https://oidc.vercel.com/acme", "owner:acme:project:a:environment:b", audience="x"),
            TokenIdentity("https://oidc.vercel.com/acme", "x", "owner:acme:project:a:environment:b"),
        ),
    ],
)
def test_who_it_is(pipeline: Pipeline, expected: TokenIdentity) -> None:
    assert list(identity_problems(pipeline)) == []
    assert identity(pipeline) == expected


@pytest.mark.parametrize(
    ("pipeline", "message"),
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
        (Pipeline("github", "repo:acme@1/shop:environment:x"), "is not complete"),
        (Pipeline("github", "repo:acme@*/shop@2:environment:x"), "has a wildcard, and would admit others too"),
        (Pipeline("github", "repo:?cme/shop:environment:x"), "has a wildcard, and would admit others too"),
        *(
            (
                Pipeline("github", repository="a/b", environment=f"prod{wildcard}"),
                "has a wildcard, and would admit others",
            )
            for wildcard in ("?", "*", "?x", "*x")
        ),
        *(
            (
                Pipeline("github", repository="a/b", branch=f"release{wildcard}"),
                "has a wildcard, and would admit others",
            )
            for wildcard in ("?", "*", "?x", "/*")
        ),
        (Pipeline("github", repository="a/?", environment="x"), "the repository 'a/?' is none"),
        (Pipeline("github", repository="a/b", environment="${aws:username}"), "is not complete"),
        (Pipeline("github", repository="a/b", environment="x\ny"), "is not complete"),
        (Pipeline("github", "environment:prod"), "is not complete"),
        (Pipeline("github", "repo:acme/shop:environment: prod"), "is not complete"),
        (Pipeline("github", repository="acme@1/shop", environment="x"), "the repository 'acme@1/shop' is none"),
        (Pipeline("github", repository="acme/shop@2", environment="x"), "the repository 'acme/shop@2' is none"),
        (Pipeline("github", repository="a/b", branch="refs/heads/main"), "the branch 'refs/heads/main' is a whole ref"),
        (Pipeline("github", "repo:a/b:ref:refs/heads/refs/heads/main"), "is not complete"),
        (Pipeline("gitlab", "project_path:a/b:ref_type:branch:ref:refs/heads/main"), "is not complete"),
        (Pipeline("gitlab", "project_path:a/b"), "is not complete"),
        (Pipeline("gitlab", "ref_type:branch:ref:main"), "is not complete"),
        (Pipeline("gitlab", "project_id:2*:ref:main"), "has a wildcard, and would admit others too"),
        (Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/*/vcs-ref/refs/heads/main"), "wildcard too early"),
        (Pipeline("circleci", "org/1/project/2/user/*/vcs-origin/a/vcs-ref/refs/heads/*"), "wildcard too early"),
        (Pipeline("circleci", "org/1/project/*/user/*/vcs-origin/a/vcs-ref/refs/heads/m"), "wildcard too early"),
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
        (Pipeline("https://ci.example.com:8443", "x", audience="y"), "has a port, and AWS asks an issuer at port 443"),
    ],
)
def test_who_it_may_not_be(pipeline: Pipeline, message: str) -> None:
    assert message in " | ".join(fault[0] for fault in identity_problems(pipeline))


SUBJECT_OF_GITHUB = "give repository='acme/shop' with environment='prod' or branch='main', or a whole subject"
GITLAB_EXAMPLE = "'project_path:acme/shop:ref_type:branch:ref:main'"
BITBUCKET = [
    ("bitbucket needs the workspace", "write repository='my-workspace'", "repository"),
    (
        "bitbucket needs the workspace's audience",
        "write audience='ari:cloud:bitbucket::workspace/UUID'",
        "audience",
    ),
]
NO_AUDIENCE = ("it has no audience", "write the audience that its tokens are made for", "https://ci.example.com")
NO_SUBJECT = ("it has no subject", "write the whole sub of its tokens", "https://ci.example.com")


@pytest.mark.parametrize(
    ("pipeline", "problems"),
    [
        (Pipeline("github"), [("it has no subject", SUBJECT_OF_GITHUB, "github")]),
        (
            Pipeline("github", repository="acme/shop", environment="prod*"),
            [
                (
                    "the subject 'repo:acme/shop:environment:prod*' has a wildcard, and would admit others too",
                    SUBJECT_OF_GITHUB,
                    "repo:acme/shop:environment:prod*",
                )
            ],
        ),
        (Pipeline("github", "repo:a/b"), [("the subject 'repo:a/b' is not complete", SUBJECT_OF_GITHUB, "repo:a/b")]),
        (
            Pipeline("github", repository="a/b", environment="x", branch="y"),
            [("it has both an environment and a branch", "a token names one of the two: give that", "branch")],
        ),
        (
            Pipeline("github", "repo:a/b:environment:x", repository="a/b"),
            [("it has both a subject and a repository", "give one of the two", "subject")],
        ),
        (
            Pipeline("github", repository="a/b", branch="refs/tags/v1"),
            [
                (
                    "the branch 'refs/tags/v1' is a whole ref",
                    "write a subject in place of repository and branch: 'repo:a/b:ref:refs/tags/v1'",
                    "branch",
                )
            ],
        ),
        (
            Pipeline("gitlab"),
            [("it has no subject", f"write one such as {GITLAB_EXAMPLE}", "gitlab")],
        ),
        (
            Pipeline("gitlab", "project_path:a/b:ref:m", repository="a/b", branch="m"),
            [
                (f"{name} is for github", f"say it in subject: {GITLAB_EXAMPLE}", name)
                for name in ("repository", "branch")
            ],
        ),
        (Pipeline("bitbucket", f"{UUID}:*", repository="a/b", audience="x"), BITBUCKET),
        (Pipeline("bitbucket", f"{UUID}:*"), BITBUCKET),
        (Pipeline("githb", "x"), [("there is no provider 'githb'", "did you mean github?", "githb")]),
        (
            Pipeline("ftp://x", "x"),
            [
                (
                    "there is no provider 'ftp://x'",
                    "write github, gitlab, buildkite, circleci, bitbucket, hcp-terraform, or the https URL of an issuer, "
                    "without a slash at its end",
                    "ftp://x",
                )
            ],
        ),
        (Pipeline("https://ci.example.com", "x"), [NO_AUDIENCE]),
        (Pipeline("https://ci.example.com"), [NO_AUDIENCE, NO_SUBJECT]),
        (
            Pipeline("https://ci.example.com", "x:*", audience="y"),
            [
                (
                    "the subject 'x:*' has one of * ? $: it would mean others too, or a policy variable",
                    "write the whole sub of its tokens",
                    "x:*",
                )
            ],
        ),
        (
            Pipeline("https://ci.example.com:8443", "x", audience="y"),
            [
                (
                    "the issuer 'https://ci.example.com:8443' has a port, and AWS asks an issuer at port 443 only",
                    "let it answer at an https URL without a port, and write that",
                    "https://ci.example.com:8443",
                )
            ],
        ),
        (
            Pipeline("https://graph.facebook.com", "1", audience="2"),
            [
                (
                    "tokens of graph.facebook.com are told apart by app_id, which a Pipeline does not demand",
                    "strangers have such tokens, too: "
                    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif",
                    "graph.facebook.com",
                )
            ],
        ),
        (
            Pipeline("https://gitlab.com", "ref:main", audience="x"),
            [
                (
                    "the subject 'ref:main' does not name the whole organisation, and strangers have tokens of gitlab.com, too",
                    f"write one such as {GITLAB_EXAMPLE}",
                    "ref:main",
                )
            ],
        ),
        (
            Pipeline("https://oidc.vercel.com", "owner:a:project:b", audience="x"),
            [
                (
                    "the audience 'x' does not name the whole team, and strangers have tokens of oidc.vercel.com, too",
                    "see https://vercel.com/docs/oidc/aws",
                    "x",
                )
            ],
        ),
    ],
)
def test_each_problem_says_what_to_write(pipeline: Pipeline, problems: list[tuple[str, str, str]]) -> None:
    assert list(identity_problems(pipeline)) == problems


WHOLE = "does not name the whole organisation, and strangers have tokens of"


@pytest.mark.parametrize(
    ("issuer", "subject", "audience", "message"),
    [
        (GITHUB, "environment:prod", STS, f"the subject 'environment:prod' {WHOLE}"),
        (GITHUB, "ref:refs/heads/main", STS, WHOLE),
        (GITHUB, "repository_visibility:private", STS, WHOLE),
        (GITHUB, "runner_environment:self-hosted", STS, WHOLE),
        (GITHUB, "workflow:x:repo:acme/shop", STS, WHOLE),  # a workflow has whatever name its owner likes
        (GITHUB, "actor:alice", STS, WHOLE),
        ("https://gitlab.com", "ref_type:branch:ref:main", "x", WHOLE),
        ("https://agent.buildkite.com", "pipeline:shop:ref:main", STS, WHOLE),
        ("https://app.terraform.io", "workspace:prod:run_phase:apply", "aws.workload.identity", WHOLE),
        ("https://oidc.codefresh.io", "pipeline:1", STS, WHOLE),
        ("https://scalr.io", "environment:prod", STS, WHOLE),
        ("https://proidc.upbound.io", "provider:aws", STS, WHOLE),
        ("https://studio.datachain.ai/api", "shop", STS, WHOLE),
        (
            "https://oidc.vercel.com",
            "project:a:environment:production",
            "https://vercel.com/acme",
            "does not name the whole team, and strangers have tokens of oidc.vercel.com",
        ),
        (
            "https://oidc.vercel.com",
            "owner:acme:project:a",
            STS,
            f"the audience '{STS}' does not name the whole team",
        ),
        (
            "https://oidc.eks.eu-west-1.amazonaws.com/id/1A2B",
            "system:nodes",
            STS,
            "does not name the whole namespace",
        ),
        (
            "https://cognito-identity.amazonaws.com",
            "eu-west-1:1",
            "eu-west-1:2",
            "tokens of cognito-identity.amazonaws.com are told apart by amr, which a Pipeline does not demand",
        ),
        ("https://graph.facebook.com", "1", "2", "are told apart by app_id, which a Pipeline does not demand"),
    ],
)
def test_a_subject_that_names_nobodys_organisation_is_refused(
    issuer: str, subject: str, audience: str, message: str
) -> None:
    (fault,) = identity_problems(Pipeline(issuer, subject, audience=audience))
    assert message in fault[0]
    assert fault[1]


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        (GITHUB, "environment:prod:repository_owner:acme"),
        (GITHUB, "repository_id:1"),
        (GITHUB, "job_workflow_ref:acme/ci/.github/workflows/x.yml@refs/heads/main"),
        (GITHUB, "repo:acme/shop"),
        (f"{GITHUB}/acme", "environment:prod"),  # the issuer of one enterprise
        ("https://gitlab.com", "project_id:20"),
        ("https://gitlab.example.com", "ref:main"),
        ("https://agent.buildkite.com", "organization:acme:pipeline:shop:ref:m:commit:c:step:s"),
        ("https://agent.buildkite.com", "0188f0f4-1234-4321-abcd-0123456789ab"),
        ("https://app.terraform.io", "organization:acme:workspace:w"),
        ("https://oidc.codefresh.io", "account:1:pipeline:2"),
        ("https://scalr.io", "account:acme:environment:prod:workspace:w"),
        ("https://proidc.upbound.io", "mcp:acme/shop:provider:provider-aws"),
        ("https://studio.datachain.ai/api", "credentials:acme/shop"),
        ("https://oidc.eks.eu-west-1.amazonaws.com/id/1A2B", "system:serviceaccount:shop:api"),
        ("https://acme.eu.auth0.com", "client@clients"),
        ("https://oidc.fly.io/acme", "acme:shop:machine"),
        ("https://accounts.google.com", "1234567890"),
    ],
)
def test_one_that_names_it_is_taken(issuer: str, subject: str) -> None:
    assert list(identity_problems(Pipeline(issuer, subject, audience="mine"))) == []


def test_what_is_wrong_with_a_field_is_told_once() -> None:
    (fault,) = identity_problems(Pipeline("github", repository="acme/shop", branch="refs/heads/main"))
    assert fault[1] == "write the branch's own name: 'main'"
    (fault,) = identity_problems(Pipeline("github", repository="acme@1/shop", environment="x"))
    assert fault[1] == "write 'acme/shop', or with both ids 'acme@123/shop@456'"
