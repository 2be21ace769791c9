"""Plan the jobs of CI that look at each account every night: as which role, from which branch.

GitHub starts what is scheduled on the repository's main branch, which is then in the token's subject. GitLab starts it
on the branch of the schedule: that is to be the channel's, whose files have been approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iamgen.declaration.reading_roles import reading_roles
from iamgen.declaration.resolved import Account, Declaration
from iamgen.declaration.standard import READ
from iamgen.jinja.ci_jobs import CiProvider, Job, jobs_of, role_variable, this_repository, token_audience

_USUAL_MAIN_BRANCHES = ("main", "master")


@dataclass(frozen=True)
class NightlyJob:
    """How CI looks at an account every night."""

    account: str
    """Its name."""
    role: str
    """The ARN of the role that reads the account; empty where users.py declares no pipeline for it."""
    variable: str
    """The CI service's variable that has the ARN of the role where `role` is empty."""
    environment: str
    """GitLab's environment, where the token's subject names its tier; else empty."""
    tier: str
    """GitLab's deployment tier of the environment, or empty."""
    audience: str
    """What the token is made for; empty for the usual audience of GitHub's action."""


def nightly_jobs(declaration: Declaration, provider: CiProvider, channel: str) -> tuple[NightlyJob, ...]:
    """Return a job for each account; none where users.py gives no scheduled job of this repository a reading role."""
    jobs = list(jobs_of(declaration, provider, channel))
    roles = reading_roles(declaration.roles)
    reading = [job for job in _scheduled(declaration, jobs, provider) if job.granted.role in roles]
    here = this_repository(declaration, jobs) or _auditing(declaration, reading)
    own = [job for job in reading if job.repository in here]
    if len(here) != 1 or not own:
        return ()
    return tuple(_nightly_job(declaration, provider, account, own) for account in declaration.accounts.values())


def _scheduled(declaration: Declaration, jobs: Sequence[Job], provider: CiProvider) -> Iterator[Job]:
    """Yield the jobs that may be those of the schedule."""
    declared = declaration.settings.main_branch
    main_branches = (declared,) if declared else _USUAL_MAIN_BRANCHES
    for job in jobs:
        if job.deploys if provider == "gitlab" else job.branch in main_branches:
            yield job


def _auditing(declaration: Declaration, reading: Sequence[Job]) -> set[str]:
    """Return the repositories whose scheduled jobs may read the account that holds people: where no pipeline deploys,
    this repository is known by that."""
    people = declaration.people_account.name
    return {job.repository for job in reading if job.granted.account == people}


def _nightly_job(declaration: Declaration, provider: CiProvider, account: Account, jobs: Sequence[Job]) -> NightlyJob:
    """Return the job of an account; of several roles it gets another than ReadR, which may also read data."""
    able = [candidate for candidate in jobs if candidate.granted.account == account.name]
    job = min(able, key=lambda candidate: (candidate.granted.role == READ, candidate.granted.role), default=None)
    tier = job.tier if job else ""
    return NightlyJob(
        account=account.name,
        role=declaration.naming(account).role_arn(job.granted.role) if job else "",
        variable=role_variable(account, "AUDIT"),
        environment=f"audit-{account.name}" if tier else "",
        tier=tier,
        audience=token_audience(provider, job),
    )
