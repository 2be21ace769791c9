"""What is wrong with who a pipeline says it is: fields, subjects, and what lets in strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.declaration.issuers import Claims, is_shared, issuer_at
from iamgen.declaration.model import Pipeline
from iamgen.declaration.pipelines import PROVIDERS, REPOSITORY, Provider, matched, subject_of
from iamgen.similar_names import did_you_mean

_ISSUER = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(?P<port>:\d+)?(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?")
_GITHUB_REPOSITORY = re.compile(REPOSITORY)
_WORKSPACE = re.compile(r"[a-z0-9_-]+")
_BITBUCKET_AUDIENCE = re.compile(r"ari:cloud:bitbucket::workspace/[0-9A-Za-z{}-]+")


def pipeline_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with who the pipeline says it is: what, hint, and the word it is about."""
    known = PROVIDERS.get(pipeline.provider)
    if known is None:
        yield from _issuer_faults(pipeline)
        return
    fields = list(_field_faults(pipeline))
    yield from fields
    subject = subject_of(pipeline)
    if not subject:
        yield "it has no subject", _how_to(pipeline, known), pipeline.provider
    elif not matched(known, subject) and not (fields and pipeline.subject is None):  # these are why it does not match
        yield (
            f"the subject {subject!r} {_why_not(known, subject)}",
            _how_to(pipeline, known),
            pipeline.subject or subject,
        )


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
    if pipeline.provider == "github":
        yield from _github_faults(pipeline)
    elif pipeline.provider == "bitbucket":
        yield from _bitbucket_faults(pipeline)
    else:
        for name in ("repository", "environment", "branch"):
            if getattr(pipeline, name) is not None:
                yield f"{name} is for github", f"say it in subject: {PROVIDERS[pipeline.provider].example!r}", name


def _bitbucket_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    if not pipeline.repository or not _WORKSPACE.fullmatch(pipeline.repository):
        yield "bitbucket needs the workspace", "write repository='my-workspace'", "repository"
    if not _BITBUCKET_AUDIENCE.fullmatch(pipeline.audience or ""):
        hint = "write audience='ari:cloud:bitbucket::workspace/UUID'"
        yield "bitbucket needs the workspace's audience", hint, "audience"


def _github_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    parts = [name for name in ("environment", "branch") if getattr(pipeline, name)]
    if pipeline.subject is not None and (pipeline.repository or parts):
        yield "it has both a subject and a repository", "give one of the two", "subject"
    if len(parts) > 1:
        yield "it has both an environment and a branch", "a token names one of the two: give that", "branch"
    if (pipeline.branch or "").startswith("refs/"):
        name = (pipeline.branch or "").removeprefix("refs/heads/")
        yield f"the branch {pipeline.branch!r} is a whole ref", f"write the branch's own name: {name!r}", "branch"
    if pipeline.repository and not _GITHUB_REPOSITORY.fullmatch(pipeline.repository):
        what = f"the repository {pipeline.repository!r} is none"
        yield what, "write 'acme/shop', or with both ids 'acme@123/shop@456'", pipeline.repository


def _issuer_faults(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    url = _ISSUER.fullmatch(pipeline.provider)
    if not url:
        otherwise = f"write {', '.join(PROVIDERS)}, or the https URL of an issuer, without a slash at its end"
        yield (
            f"there is no provider {pipeline.provider!r}",
            did_you_mean(pipeline.provider, PROVIDERS, otherwise),
            pipeline.provider,
        )
    elif url["port"]:
        what = f"the issuer {pipeline.provider!r} has a port, and AWS asks an issuer at port 443 only"
        yield what, "let it answer at an https URL without a port, and write that", pipeline.provider
    elif not pipeline.audience:
        yield "it has no audience", "write the audience that its tokens are made for", pipeline.provider
    subject = pipeline.subject or ""
    if not subject:
        yield "it has no subject", "write the whole sub of its tokens", pipeline.provider
    elif set("*?$").intersection(subject):
        what = f"the subject {subject!r} has one of * ? $: it would mean others too, or a policy variable"
        yield what, "write the whole sub of its tokens", subject
    elif url and pipeline.audience:
        yield from _stranger_faults(pipeline.provider.removeprefix("https://"), pipeline.audience, subject)


def _stranger_faults(address: str, audience: str, subject: str) -> Iterator[tuple[str, str, str]]:
    """Find what lets in others that have tokens of the same issuer."""
    issuer = issuer_at(address)
    demanded = {"aud": audience, "sub": subject}
    if not is_shared(issuer):
        return
    beyond = [name for name in issuer.every if name not in demanded]
    if beyond:
        what = f"tokens of {address} are told apart by {', '.join(beyond)}, which a Pipeline does not demand"
        yield what, f"strangers have such tokens, too: {issuer.source}", address
        return
    alternatives: list[Claims] = [{name: claim} for name, claim in issuer.every.items()]
    for claims in [*alternatives, issuer.one_of] if issuer.one_of else alternatives:
        known = {name: claim for name, claim in claims.items() if name in demanded}
        if not any(claim.pattern.match(demanded[name]) for name, claim in known.items()):
            name, claim = next(iter(known.items()))
            words = {"aud": "audience", "sub": "subject"}[name]
            what = f"the {words} {demanded[name]!r} {claim.fault}, and strangers have tokens of {address}, too"
            hint = f"write one such as {issuer.example!r}" if issuer.example else f"see {issuer.source}"
            yield what, hint, demanded[name]
