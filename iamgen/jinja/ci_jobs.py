"""Find the jobs of a CI service by the subjects of their tokens: their roles, and whether somebody has to approve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from iamgen.declaration.pipelines import PROVIDERS
from iamgen.declaration.reading_roles import reading_roles
from iamgen.declaration.resolved import Account, Declaration, Granted, Workload
from iamgen.errors import Fault

CiProvider = Literal["github", "gitlab"]


@dataclass(frozen=True)
class Job:
    """A job, as its token names it."""

    repository: str
    """The subject's beginning, up to the branch or environment."""
    environment: str
    """The environment that GitHub's subject names, or empty."""
    tier: str
    """The deployment tier that GitLab's subject names, or empty."""
    is_guarded: bool
    """Whether the subject belongs to an environment, so that its protection decides who runs such a job."""
    branch: str
    """The branch that the subject names, or empty."""
    deploys: bool
    """Whether it runs on the channel's branch."""
    pipeline: Workload
    """The pipeline that was declared."""
    granted: Granted
    """One role that it may assume."""


def jobs_of(declaration: Declaration, provider: CiProvider, channel: str) -> Iterator[Job]:
    """Yield what each job of the service was granted."""
    read = {"github": _github_job, "gitlab": _gitlab_job}[provider]
    for granted in declaration.granted:
        if isinstance(granted.principal, Workload) and granted.principal.url == PROVIDERS[provider].url:
            job = read(granted.principal, granted, f"env/{channel}")
            if job:
                yield job


def _github_job(pipeline: Workload, granted: Granted, branch: str) -> Job | None:
    subject = re.fullmatch(r"(repo:[^:]+):(?:environment:(.+)|.+)", pipeline.subject)
    if not subject:
        return None
    environment = subject[2] or ""
    beginning = f"{subject[1]}:ref:refs/heads/"
    own_branch = pipeline.subject.removeprefix(beginning) if pipeline.subject.startswith(beginning) else ""
    return Job(subject[1], environment, "", bool(environment), own_branch, own_branch == branch, pipeline, granted)


def _gitlab_job(pipeline: Workload, granted: Granted, branch: str) -> Job | None:
    """Return the job of a subject: what it is made of each project chooses."""
    subject = re.fullmatch(r"((?:project_path|project_id):[^:]+)((?::[a-z_]+:[^:]+)+)", pipeline.subject)
    if not subject:
        return None
    parts = dict(re.findall(r":([a-z_]+):([^:]+)", subject[2]))
    tier = parts.get("deployment_tier", "")
    is_guarded = bool(tier) or parts.get("environment_protected") == "true"
    own_branch = parts.get("ref", "") if parts.get("ref_type", "branch") == "branch" else ""
    return Job(subject[1], "", tier, is_guarded, own_branch, own_branch == branch, pipeline, granted)


def role_variable(account: Account, purpose: str) -> str:
    """Return the name of the CI service's variable that has the ARN of an account's role, where no pipeline says it."""
    return f"{account.name.upper().replace('-', '_')}_{purpose}_ROLE_ARN"


def token_audience(provider: CiProvider, job: Job | None) -> str:
    """Return what the token of a job is made for; empty for the usual audience of GitHub's action."""
    usual = PROVIDERS[provider].audience
    audience = job.pipeline.audience if job else usual
    return "" if provider == "github" and audience == usual else audience


def unapproved(declaration: Declaration, own: Iterable[Job], provider: CiProvider) -> Iterator[Fault]:
    """Find what gets into an account that needs approval from a branch, a tag or a pull request: without any."""
    reading = reading_roles(declaration.roles)
    for job in own:
        account = declaration.accounts[job.granted.account]
        if account.needs_approval and not job.is_guarded and job.granted.role not in reading:
            repository, _, place = job.pipeline.subject.removeprefix("repo:").partition(":")
            if provider == "gitlab":
                repository, place = job.repository.partition(":")[2], job.pipeline.subject[len(job.repository) + 1 :]
            problem = f"{job.granted.role} is for {place} of {repository}, and nobody has to approve what that does"
            yield Fault(account.name, problem, _guarded(provider, job, account))


def _guarded(provider: CiProvider, job: Job, account: Account) -> str:
    if provider == "github":
        repository = job.repository.removeprefix("repo:")
        return f'Pipeline("github", repository="{repository}", environment="{account.name}", access={{…}})'
    subject = f"{job.pipeline.subject}:deployment_tier:production"
    return (
        f'Pipeline("gitlab", "{subject}", access={{…}}), and the same parts in the project\'s subjects: iamgen docs ci'
    )


def this_repository(declaration: Declaration, jobs: Sequence[Job]) -> set[str]:
    """Return the repositories that may be this one: those that deploy from the channel's branch.

    Where every account needs approval none does. Then it is whoever may deploy to the account of the people.
    """
    people, reading = declaration.people_account.name, reading_roles(declaration.roles)
    on_branch = {job.repository for job in jobs if job.deploys}
    return on_branch or {
        job.repository
        for job in jobs
        if job.is_guarded and job.granted.account == people and job.granted.role not in reading
    }
