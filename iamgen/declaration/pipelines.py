"""CI services that prove by OIDC who they are: their issuers, audiences, and what a subject must pin down.

Sources: each provider's own page on OIDC with AWS, as gathered in 2026. AWS compares `sub` as text, so a
subject that ends too early also admits its neighbours: `repo:acme/shop*` admits `repo:acme/shop-evil`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from iamgen.declaration.model import Pipeline
from iamgen.nearest import did_you_mean


@dataclass(frozen=True)
class Provider:
    """A CI service.

    `subject` is what a whole subject looks like; `prefix`, where the rest of it varies by run, is what a
    subject that ends in `*` has to say in full. `url` and `audience` may take `{1}`, a group of the subject.
    """

    url: str
    audience: str
    subject: re.Pattern[str]
    prefix: re.Pattern[str] | None
    example: str


class Identity(NamedTuple):
    """What a pipeline's token says: issuer, audience and subject; `subject` ends in `*` where it varies."""

    url: str
    audience: str
    subject: str


_PART = r"[^:*?$/\s]+"
_PATH = r"[^:*?$\s]+"
PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "github": Provider(
            "https://token.actions.githubusercontent.com",
            "sts.amazonaws.com",
            re.compile(rf"repo:{_PART}/{_PART}:(environment:[^*?$\s]+|ref:refs/(heads|tags)/[^*?$\s]+|pull_request)"),
            None,
            "repo:acme/shop:environment:prod",
        ),
        "gitlab": Provider(
            "https://gitlab.com",
            "https://gitlab.com",
            re.compile(rf"project_path:{_PART}/{_PATH}:ref_type:(branch|tag):ref:[^*?$\s]+"),
            None,
            "project_path:acme/shop:ref_type:branch:ref:main",
        ),
        "buildkite": Provider(
            "https://agent.buildkite.com",
            "sts.amazonaws.com",
            re.compile(rf"organization:{_PART}:pipeline:{_PART}:ref:[^*?$\s]+:commit:[^*?$\s]+:step:[^*?$\s]*"),
            re.compile(rf"organization:{_PART}:pipeline:{_PART}:(ref:[^*?:$\s]+:(commit:[^*?:$\s]+:)?)?"),
            "organization:acme:pipeline:shop:ref:refs/heads/main:*",
        ),
        "circleci": Provider(
            "https://oidc.circleci.com/org/{1}",
            "{1}",
            re.compile(rf"org/({_PART})/project/{_PART}/user/{_PART}"),
            re.compile(rf"org/({_PART})/project/{_PART}/(user/)?"),
            "org/ORG_ID/project/PROJECT_ID/*",
        ),
        "bitbucket": Provider(
            "https://api.bitbucket.org/2.0/workspaces/{workspace}/pipelines-config/identity/oidc",
            "",
            re.compile(r"\{[0-9a-f-]{36}\}:[^*?$\s]+"),
            re.compile(r"\{[0-9a-f-]{36}\}:(\{[0-9a-f-]{36}\}:)?"),
            "{REPOSITORY_UUID}:*",
        ),
        "hcp-terraform": Provider(
            "https://app.terraform.io",
            "aws.workload.identity",
            re.compile(rf"organization:{_PART}:project:[^:*?$]+:workspace:{_PART}:run_phase:(plan|apply)"),
            re.compile(rf"organization:{_PART}:project:[^:*?$]+:workspace:{_PART}:(run_phase:)?"),
            "organization:acme:project:shop:workspace:prod:run_phase:apply",
        ),
    }
)
_ISSUER = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(:\d+)?(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?")
_GITHUB_REPOSITORY = re.compile(r"[A-Za-z0-9-]+(@\d+)?/[A-Za-z0-9._-]+(@\d+)?")
_WORKSPACE = re.compile(r"[a-z0-9_-]+")


def identity(pipeline: Pipeline) -> Identity:
    """Return what the pipeline's tokens say; it must have been found without fault."""
    subject = _subject(pipeline)
    known = PROVIDERS.get(pipeline.provider)
    if known is None:
        return Identity(pipeline.provider, pipeline.audience or "", subject)
    found = _match(known, subject)
    first = found[1] if found and found.re.groups and found.lastindex else ""
    fill = {"{1}": first or "", "{workspace}": pipeline.repository or ""}
    url, audience = known.url, pipeline.audience or known.audience
    for name, value in fill.items():
        url, audience = url.replace(name, value), audience.replace(name, value)
    return Identity(url, audience, subject)


def pipeline_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with who the pipeline says it is: what, hint, and the word it is about."""
    known = PROVIDERS.get(pipeline.provider)
    if known is None:
        yield from _issuer_faults(pipeline)
        return
    yield from _field_faults(pipeline)
    subject = _subject(pipeline)
    if not subject:
        yield "it has no subject", _how_to(pipeline, known), pipeline.provider
    elif not _match(known, subject):
        yield (
            f"the subject {subject!r} {_why_not(known, subject)}",
            _how_to(pipeline, known),
            pipeline.subject or subject,
        )


def _subject(pipeline: Pipeline) -> str:
    if pipeline.subject is not None or pipeline.provider != "github" or not pipeline.repository:
        return pipeline.subject or ""
    if pipeline.environment:
        return f"repo:{pipeline.repository}:environment:{pipeline.environment}"
    return f"repo:{pipeline.repository}:ref:refs/heads/{pipeline.branch}" if pipeline.branch else ""


def _match(provider: Provider, subject: str) -> re.Match[str] | None:
    if subject.endswith("*"):
        return provider.prefix.fullmatch(subject[:-1]) if provider.prefix else None
    return provider.subject.fullmatch(subject)


def _why_not(provider: Provider, subject: str) -> str:
    if "*" in subject or "?" in subject:
        if provider.prefix is None:
            return "has a wildcard, and would admit others too"
        return "has its wildcard too early, and would admit others too"
    return "is not complete"


def _how_to(pipeline: Pipeline, provider: Provider) -> str:
    if pipeline.provider == "github":
        return "give repository='acme/shop' with environment='prod' or branch='main', or a whole subject"
    return f"write one such as {provider.example!r}"


def _field_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    if pipeline.provider == "bitbucket":
        if not pipeline.repository or not _WORKSPACE.fullmatch(pipeline.repository):
            yield "bitbucket needs the workspace", "write repository='my-workspace'", "repository"
        if not (pipeline.audience or "").startswith("ari:cloud:bitbucket::workspace/"):
            yield (
                "bitbucket needs the workspace's audience",
                "write audience='ari:cloud:bitbucket::workspace/UUID'",
                "audience",
            )
        return
    if pipeline.provider != "github":
        for name in ("repository", "environment", "branch"):
            if getattr(pipeline, name) is not None:
                yield f"{name} is for github", f"say it in subject: {PROVIDERS[pipeline.provider].example!r}", name
        return
    parts = [name for name in ("environment", "branch") if getattr(pipeline, name)]
    if pipeline.subject is not None and (pipeline.repository or parts):
        yield "it has both a subject and a repository", "give one of the two", "subject"
    if len(parts) > 1:
        yield "it has both an environment and a branch", "a token names one of the two: give that", "branch"
    if pipeline.repository and not _GITHUB_REPOSITORY.fullmatch(pipeline.repository):
        what = f"the repository {pipeline.repository!r} is none"
        yield what, "write 'acme/shop', or with ids 'acme@123/shop@456'", pipeline.repository


def _issuer_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    if not _ISSUER.fullmatch(pipeline.provider):
        otherwise = f"write {', '.join(PROVIDERS)}, or the https URL of an issuer, without a slash at its end"
        yield (
            f"there is no provider {pipeline.provider!r}",
            did_you_mean(pipeline.provider, PROVIDERS, otherwise),
            pipeline.provider,
        )
    elif not pipeline.audience:
        yield "it has no audience", "write the audience that its tokens are made for", pipeline.provider
    subject = pipeline.subject or ""
    if not subject:
        yield "it has no subject", "write the whole sub of its tokens", pipeline.provider
    elif set("*?$").intersection(subject):
        what = f"the subject {subject!r} has one of * ? $: it would mean others too, or a policy variable"
        yield what, "write the whole sub of its tokens", subject
