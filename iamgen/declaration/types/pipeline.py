"""`Pipeline`: a job of a CI service, and the checks that keep strangers' jobs out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from iamgen.declaration.access_entries import accounts_meant, where_granted
from iamgen.declaration.declared_type import Declared, MisDeclared, label
from iamgen.declaration.field_types import OptionalText
from iamgen.declaration.pipelines import PROVIDERS, REPOSITORY, Provider, identity, matched, subject_of
from iamgen.declaration.shared_subjects import SubjectReach, sideways_faults
from iamgen.declaration.types.grant import Access, access_faults, grants
from iamgen.similar_names import did_you_mean

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.issuers import Claims
    from iamgen.declaration.users_file import Written

_ISSUER = r"https://[a-z0-9.-]+\.[a-z]{2,}(?P<port>:\d+)?(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?"
_WORKSPACE = r"[a-z0-9_-]+"
_BITBUCKET_AUDIENCE = r"ari:cloud:bitbucket::workspace/[0-9A-Za-z{}-]+"

PipelineProblem = tuple[str, str, str]
"""What is wrong, what to do about it, and the word that it is about."""


@dataclass(frozen=True, eq=False, repr=False)
class Pipeline(Declared):
    """A job of a CI service that proves its identity by OIDC and assumes roles without any key.

    `Pipeline("github", repository="acme/shop", environment="prod", access={"prod": "OpsR"})`

    `iamgen docs pipelines` shows the form of each provider's subjects.

    Fields:
        provider: "github", "gitlab", "buildkite", "circleci", "bitbucket", "hcp-terraform", or an issuer's https URL
        subject: the exact sub of its tokens; for GitHub it follows from repository with environment or branch
        access: account names or patterns, each with a role, a Grant, or several in a tuple: {"dev": "OpsR"}
        repository: GitHub's repository, such as "acme/shop"; at Bitbucket the workspace
        environment: GitHub's environment, such as "prod"
        branch: GitHub's branch, such as "main"
        audience: the aud of its tokens, if it is not the usual one of the provider
    """

    provider: Annotated[str, "'github', 'gitlab', … or an https URL"]
    subject: OptionalText = None
    access: Access = field(default_factory=lambda: MappingProxyType({}))
    _: KW_ONLY
    repository: OptionalText = None
    environment: OptionalText = None
    branch: OptionalText = None
    audience: OptionalText = None


@dataclass(frozen=True)
class Workload:
    """A `Pipeline` resolved: a job as its tokens name it."""

    url: str
    """The issuer of its tokens."""
    audience: str
    """What its tokens are made for."""
    subject: str
    """The `sub` of its tokens, with a `*`, or a `?` for each character, where it varies by run."""

    @property
    def name(self) -> str:
        """Return what tells it apart: its subject."""
        return self.subject

    @property
    def varies(self) -> bool:
        """Whether the subject is a pattern."""
        return "*" in self.subject or "?" in self.subject

    @property
    def issuer(self) -> str:
        """Return the issuer as AWS writes it in condition keys and ARNs: without the scheme."""
        return self.url.removeprefix("https://")


def workload(pipeline: Pipeline) -> Workload:
    """Resolve a `Pipeline` without faults."""
    return Workload(*identity(pipeline))


def faults(written: Written, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield every fault of the declared pipelines."""
    sound: list[Pipeline] = []
    for pipeline in written.pipelines:
        yield from access_faults(pipeline, written, accounts)
        problems = list(identity_problems(pipeline))
        for problem, hint, word in problems:
            yield MisDeclared(pipeline.origin, f"{label(pipeline)}: {problem}", hint, word)
        sound += [] if problems else [pipeline]
    if sound:
        from iamgen.declaration.reading_roles import reading_roles  # most repositories have no pipelines

        reached = _reached(sound, written, accounts)
        yield from sideways_faults(reached, accounts, reading_roles(written.roles))


def _reached(pipelines: list[Pipeline], written: Written, accounts: Accounts) -> Iterator[SubjectReach]:
    for pipeline in pipelines:
        for key, roles in pipeline.access.items():
            for role, _ in grants(roles):
                for account in where_granted(role, accounts_meant(key, accounts), written, accounts):
                    yield SubjectReach(pipeline, account, role)


def identity_problems(pipeline: Pipeline) -> Iterator[PipelineProblem]:
    """Yield what is wrong with who the pipeline says it is: problem, hint, and the word it is about."""
    known = PROVIDERS.get(pipeline.provider)
    if known is None:
        yield from _issuer_problems(pipeline)
        return
    fields = list(_field_problems(pipeline))
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


def _field_problems(pipeline: Pipeline) -> Iterator[PipelineProblem]:
    if pipeline.provider == "github":
        yield from _github_problems(pipeline)
    elif pipeline.provider == "bitbucket":
        yield from _bitbucket_problems(pipeline)
    else:
        for name in ("repository", "environment", "branch"):
            if getattr(pipeline, name) is not None:
                yield f"{name} is for github", f"say it in subject: {PROVIDERS[pipeline.provider].example!r}", name


def _bitbucket_problems(pipeline: Pipeline) -> Iterator[PipelineProblem]:
    if not pipeline.repository or not re.fullmatch(_WORKSPACE, pipeline.repository):
        yield "bitbucket needs the workspace", "write repository='my-workspace'", "repository"
    if not re.fullmatch(_BITBUCKET_AUDIENCE, pipeline.audience or ""):
        hint = "write audience='ari:cloud:bitbucket::workspace/UUID'"
        yield "bitbucket needs the workspace's audience", hint, "audience"


def _github_problems(pipeline: Pipeline) -> Iterator[PipelineProblem]:
    parts = [name for name in ("environment", "branch") if getattr(pipeline, name)]
    if pipeline.subject is not None and (pipeline.repository or parts):
        yield "it has both a subject and a repository", "give one of the two", "subject"
    if len(parts) > 1:
        yield "it has both an environment and a branch", "a token names one of the two: give that", "branch"
    if (pipeline.branch or "").startswith("refs/"):
        yield f"the branch {pipeline.branch!r} is a whole ref", _how_to_name_ref(pipeline), "branch"
    if pipeline.repository and not re.fullmatch(REPOSITORY, pipeline.repository):
        problem = f"the repository {pipeline.repository!r} is none"
        yield problem, "write 'acme/shop', or with both ids 'acme@123/shop@456'", pipeline.repository


def _how_to_name_ref(pipeline: Pipeline) -> str:
    name = (pipeline.branch or "").removeprefix("refs/heads/")
    if name.startswith("refs/"):
        subject = f"repo:{pipeline.repository or 'acme/shop'}:ref:{name}"
        return f"write a subject in place of repository and branch: {subject!r}"
    return f"write the branch's own name: {name!r}"


def _issuer_problems(pipeline: Pipeline) -> Iterator[PipelineProblem]:
    url = re.fullmatch(_ISSUER, pipeline.provider)
    if not url:
        otherwise = f"write {', '.join(PROVIDERS)}, or the https URL of an issuer, without a slash at its end"
        yield (
            f"there is no provider {pipeline.provider!r}",
            did_you_mean(pipeline.provider, PROVIDERS, otherwise),
            pipeline.provider,
        )
        return
    if url["port"]:
        problem = f"the issuer {pipeline.provider!r} has a port, and AWS asks an issuer at port 443 only"
        yield problem, "let it answer at an https URL without a port, and write that", pipeline.provider
    elif not pipeline.audience:
        yield "it has no audience", "write the audience that its tokens are made for", pipeline.provider
    subject = pipeline.subject or ""
    if not subject:
        yield "it has no subject", "write the whole sub of its tokens", pipeline.provider
    elif set("*?$").intersection(subject):
        problem = f"the subject {subject!r} has one of * ? $: it would mean others too, or a policy variable"
        yield problem, "write the whole sub of its tokens", subject
    elif url and pipeline.audience:
        yield from _stranger_problems(pipeline.provider.removeprefix("https://"), pipeline.audience, subject)


def _stranger_problems(address: str, audience: str, subject: str) -> Iterator[PipelineProblem]:
    """Find what lets in others that have tokens of the same issuer."""
    from iamgen.declaration.issuers import is_shared, issuer_at  # 9 ms of patterns

    issuer = issuer_at(address)
    demanded = {"aud": audience, "sub": subject}
    if not is_shared(issuer):
        return
    beyond = [name for name in issuer.every if name not in demanded]
    if beyond:
        problem = f"tokens of {address} are told apart by {', '.join(beyond)}, which a Pipeline does not demand"
        yield problem, f"strangers have such tokens, too: {issuer.source}", address
        return
    alternatives: list[Claims] = [{name: claim} for name, claim in issuer.every.items()]
    for claims in [*alternatives, issuer.one_of] if issuer.one_of else alternatives:
        known = {name: claim for name, claim in claims.items() if name in demanded}
        if not any(claim.pattern.match(demanded[name]) for name, claim in known.items()):
            name, claim = next(iter(known.items()))
            words = {"aud": "audience", "sub": "subject"}[name]
            problem = f"the {words} {demanded[name]!r} {claim.fault}, and strangers have tokens of {address}, too"
            has_example = name == "sub" and issuer.example
            hint = f"write one such as {issuer.example!r}" if has_example else f"see {issuer.source}"
            yield problem, hint, demanded[name]
