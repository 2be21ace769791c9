"""CI services whose jobs sign in by OIDC: their issuers, their audiences, and what a subject has to contain.

Sources: each provider's own page on OIDC with AWS, as gathered in 2026. AWS compares `sub` as text, so a
subject that ends too early also admits its neighbours: `repo:acme/shop*` admits `repo:acme/shop-evil`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from iamgen.declaration.types.pipeline import Pipeline


class Provider(NamedTuple):
    """A CI service.

    `url` and `audience` may take `{1}`, a group of the subject. The patterns are text, which is compiled when a
    pipeline is declared: most repositories have none, and compiling all of them takes 4 ms.
    """

    url: str
    """Its issuer."""
    audience: str
    """What its tokens are usually made for."""
    subject: str
    """What a whole subject looks like."""
    prefix: str | None
    """Where the rest of a subject varies by run: what one that ends in `*` has to say in full."""
    example: str
    """A subject, for a hint."""
    apart: str
    """How the jobs for `{account}` come by a subject that no others have."""
    middle: str | None = None
    """Where something in the middle varies by run: what a subject with a `*` there looks like."""
    filling: str = ""
    """What stands for that `*`: a `?` for each character, since a `*` would also match the parts behind it."""


class TokenIdentity(NamedTuple):
    """What a pipeline's token says."""

    url: str
    """Its issuer."""
    audience: str
    """What it is made for."""
    subject: str
    """Whose it is, with a `*` or several `?` where that varies by run."""


_PART = r"[^:*?$/\s]+"
_PATH = r"[^:*?$\s]+"
_TEXT = r"[^*?$\s](?:[^*?$\r\n\t]*[^*?$\s])?"  # with blanks, but not around it
_BRANCH = r"(?!refs/)[^*?$\s]+"  # by its own name: refs/heads/ comes before it, or nothing
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REPOSITORY = r"(?:[A-Za-z0-9_-]+/[A-Za-z0-9._-]+|[A-Za-z0-9_-]+@\d+/[A-Za-z0-9._-]+@\d+)"
# Which parts a subject has is each project's choice (ci_id_token_sub_claim_components): GitLab's "Projects API".
_GITLAB_PARTS = (
    rf"(?::(?:ref_type:(?:branch|tag)|ref:(?!refs/){_PATH}|(?:ref|environment)_protected:(?:true|false)"
    r"|deployment_tier:[a-z]+))+"
)
PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "github": Provider(
            "https://token.actions.githubusercontent.com",
            "sts.amazonaws.com",
            rf"repo:{REPOSITORY}:(environment:{_TEXT}|ref:refs/(heads|tags)/{_BRANCH}|pull_request)",
            None,
            "repo:acme/shop:environment:prod",
            "give {account} a Pipeline of its own with environment='{account}', which has required reviewers at GitHub",
        ),
        "gitlab": Provider(
            "https://gitlab.com",
            "https://gitlab.com",
            rf"(?:project_path:{_PART}/{_PATH}|project_id:\d+){_GITLAB_PARTS}",
            None,
            "project_path:acme/shop:ref_type:branch:ref:main",
            "let GitLab put deployment_tier into the project's subjects (ci_id_token_sub_claim_components), and give "
            "{account} a Pipeline of its own: '…:ref:main:deployment_tier:production'",
        ),
        "buildkite": Provider(
            "https://agent.buildkite.com",
            "sts.amazonaws.com",
            rf"organization:{_PART}:pipeline:{_PART}:ref:[^*?$\s]+:commit:[^*?$\s]+:step:[^*?$\s]*",
            rf"organization:{_PART}:pipeline:{_PART}:(ref:[^*?:$\s]+:(commit:[^*?:$\s]+:)?)?",
            "organization:acme:pipeline:shop:ref:refs/heads/main:*",
            "give {account} a pipeline of its own at Buildkite: 'organization:acme:pipeline:shop-{account}:…'",
        ),
        "circleci": Provider(
            "https://oidc.circleci.com/org/{1}",
            "{1}",
            rf"org/({_PART})/project/{_PART}/user/{_PART}",
            rf"org/({_PART})/project/{_PART}/(user/)?",
            "org/ORG_ID/project/PROJECT_ID/*",
            "give {account} a project of its own at CircleCI, or a branch: "
            "'org/ORG_ID/project/PROJECT_ID/user/*/vcs-origin/github.com/acme/shop/vcs-ref/refs/heads/{account}'",
            rf"org/({_PART})/project/{_PART}/user/\*/vcs-origin/{_PATH}/vcs-ref/refs/(?:heads|tags)/{_BRANCH}",
            "-".join("?" * length for length in (8, 4, 4, 4, 12)),  # a user is an UUID
        ),
        "bitbucket": Provider(
            "https://api.bitbucket.org/2.0/workspaces/{workspace}/pipelines-config/identity/oidc",
            "",
            r"\{[0-9a-f-]{36}\}:[^*?$\s]+",
            r"\{[0-9a-f-]{36}\}:(\{[0-9a-f-]{36}\}:)?",
            "{REPOSITORY_UUID}:*",
            "name the deployment environment of each: '{REPOSITORY_UUID}:{ENVIRONMENT_UUID}:*'",
        ),
        "hcp-terraform": Provider(
            "https://app.terraform.io",
            "aws.workload.identity",
            rf"organization:{_PART}:project:[^:*?$]+:workspace:{_PART}:run_phase:(plan|apply)",
            rf"organization:{_PART}:project:[^:*?$]+:workspace:{_PART}:(run_phase:)?",
            "organization:acme:project:shop:workspace:prod:run_phase:apply",
            "give {account} a workspace of its own at HCP Terraform",
        ),
    }
)


def identity(pipeline: Pipeline) -> TokenIdentity:
    """Return what the pipeline's tokens say; it must have been found without fault."""
    subject = subject_of(pipeline)
    known = PROVIDERS.get(pipeline.provider)
    if known is None:
        return TokenIdentity(pipeline.provider, pipeline.audience or "", subject)
    match = matched(known, subject)
    first = match[1] if match and match.re.groups and match.lastindex else ""
    fill = {"{1}": first or "", "{workspace}": pipeline.repository or ""}
    url, audience = known.url, pipeline.audience or known.audience
    for name, value in fill.items():
        url, audience = url.replace(name, value), audience.replace(name, value)
    return TokenIdentity(url, audience, subject[:-1].replace("*", known.filling) + subject[-1])


def subject_of(pipeline: Pipeline) -> str:
    """Return the subject that the pipeline gives, or that follows from its repository; empty without any."""
    if pipeline.subject is not None or pipeline.provider != "github" or not pipeline.repository:
        return pipeline.subject or ""
    if pipeline.environment:
        return f"repo:{pipeline.repository}:environment:{pipeline.environment}"
    branch = (pipeline.branch or "").removeprefix("refs/heads/")
    return f"repo:{pipeline.repository}:ref:refs/heads/{branch}" if branch else ""


def matched(provider: Provider, subject: str) -> re.Match[str] | None:
    """Return the match of a subject that means one job or branch of the service; None for every other subject."""
    if subject.endswith("*"):
        return re.fullmatch(provider.prefix, subject[:-1]) if provider.prefix else None
    return re.fullmatch(provider.subject, subject) or (
        re.fullmatch(provider.middle, subject) if provider.middle else None
    )
