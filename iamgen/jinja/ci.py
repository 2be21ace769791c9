"""Make the files of CI: put into the templates of `templates/ci/` which account is deployed when, and as which role."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from iamgen.declaration.model import OPS
from iamgen.declaration.reading_roles import reading_roles
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError
from iamgen.jinja.ci_commands import cfn_lint, installation
from iamgen.jinja.ci_jobs import CiProvider, Job, jobs_of, role_variable, this_repository, token_audience, unapproved
from iamgen.jinja.ci_nightly import nightly_jobs
from iamgen.jinja.template import page

MADE = "# Made by `iamgen ci"
Stage = Literal["people", "accounts", "prod"]
_STAGES: tuple[Stage, ...] = get_args(Stage)
_FILES: dict[CiProvider, dict[str, str]] = {
    "github": {
        ".github/workflows/iamgen-check.yml": "ci/github-check.yml.j2",
        ".github/workflows/iamgen-deploy.yml": "ci/github-deploy.yml.j2",
    },
    "gitlab": {".gitlab-ci.yml": "ci/gitlab-ci.yml.j2"},
}
_NIGHTLY_FILES: dict[CiProvider, dict[str, str]] = {
    "github": {".github/workflows/iamgen-nightly.yml": "ci/github-nightly.yml.j2"},
    "gitlab": {},  # GitLab's one file has all jobs
}
"""The files that are made where users.py gives a job a role to look at an account every night."""
_TIERS = ("production", "staging", "testing", "development", "other")
_ENVIRONMENT = re.compile(r"[\w ./@+-]+", re.ASCII)


@dataclass(frozen=True)
class Deployment:
    """How CI deploys an account: when, as which role, and in which environment."""

    account: str
    """Its name."""
    stage: Stage
    """When: the account of the people first, production last."""
    needs_approval: bool
    """Whether somebody has to approve each deployment."""
    needs: tuple[str, ...]
    """The jobs that have to succeed before."""
    role: str
    """The ARN of the role that deploys; empty where users.py declares no pipeline for it."""
    variable: str
    """The CI service's variable that has the ARN of the role where `role` is empty."""
    environment: str
    """The CI service's environment, or empty."""
    tier: str
    """GitLab's deployment tier of the environment, or empty."""
    audience: str
    """What the token is made for; empty for the usual audience of GitHub's action."""


def ci_files(root: Path, declaration: Declaration, provider: CiProvider, folder: str) -> dict[str, str]:
    """Return the provider's files, by their path from the top of the git repository, in which `folder` is iamgen's.

    Raises IamgenError for what `deployments` and `installation` refuse, and for what is wrong with a template.
    """
    channel = declaration.settings.channels[0]
    nightly = nightly_jobs(declaration, provider, channel)
    variables = {
        "branch": f"env/{channel}",
        "cfn_lint": cfn_lint(declaration),
        "deployments": [asdict(deployment) for deployment in deployments(declaration, provider, channel)],
        "enter": f'cd "$CI_PROJECT_DIR"/{shlex.quote(folder)}' if folder else "",
        "folder": folder,
        "install": installation(root).command,
        "nightly": [asdict(job) for job in nightly],
        "region": declaration.region,
    }
    files = _FILES[provider] | (_NIGHTLY_FILES[provider] if nightly else {})
    return {path: page(root, template, variables) for path, template in files.items()}


def spare_files(providers: Iterable[CiProvider], files: Collection[str]) -> tuple[str, ...]:
    """Return the paths of files that the providers may have, and that are not among `files`, which users.py asks for:
    where there is such a file, it was made for a declaration of the past."""
    return tuple(path for provider in providers for path in _NIGHTLY_FILES[provider] if path not in files)


def deployments(declaration: Declaration, provider: CiProvider, channel: str) -> tuple[Deployment, ...]:
    """Return each account's deployment: who holds people first, production last, each stage after the one before.

    Raises IamgenError for a job that would get into an account that needs approval without it, and for an environment
    that cannot be written into a CI file.
    """
    jobs = list(jobs_of(declaration, provider, channel))
    here = this_repository(declaration, jobs)
    own = [job for job in jobs if job.repository in here]
    reading = reading_roles(declaration.roles)
    able = [
        job for job in own if len(here) == 1 and (job.deploys or job.environment) and job.granted.role not in reading
    ]
    by_stage: dict[Stage, list[Account]] = {stage: [] for stage in _STAGES}
    for account in declaration.accounts.values():
        by_stage[_stage(account)].append(account)
    planned: list[Deployment] = []
    needs: tuple[str, ...] = ("check",)
    for accounts in by_stage.values():
        planned += [_deployment(declaration, provider, account, needs, able) for account in accounts]
        needs = tuple(f"deploy-{item.name}" for item in accounts) or needs
    faults = [
        *unapproved(declaration, own, provider),
        *(fault for deployment in planned for fault in _faults(deployment)),
    ]
    if faults:
        raise IamgenError(faults)
    return tuple(planned)


def _stage(account: Account) -> Stage:
    if account.holds_people:
        return "people"
    return "prod" if account.kind == "prod" else "accounts"


def _deployment(
    declaration: Declaration, provider: CiProvider, account: Account, needs: tuple[str, ...], jobs: Sequence[Job]
) -> Deployment:
    able = [job_able for job_able in jobs if job_able.granted.account == account.name]
    job = min(
        able,
        key=lambda job_able: (job_able.is_guarded != account.needs_approval, job_able.granted.role != OPS),
        default=None,
    )
    has_environment = account.needs_approval or (job is not None and (job.is_guarded or bool(job.tier)))
    return Deployment(
        account=account.name,
        stage=_stage(account),
        needs_approval=account.needs_approval,
        needs=needs,
        role=declaration.naming(account).role_arn(job.granted.role) if job else "",
        variable=role_variable(account, "DEPLOY"),
        environment=((job.environment if job else "") or account.name) if has_environment else "",
        tier=(job.tier if job else "") or ("production" if account.needs_approval else ""),
        audience=token_audience(provider, job),
    )


def _faults(deployment: Deployment) -> Iterator[Fault]:
    if deployment.environment and not _ENVIRONMENT.fullmatch(deployment.environment):
        problem = f"the environment {deployment.environment!r} cannot be written into a CI file"
        yield Fault(deployment.account, problem, "letters, digits, blanks and ./@+_- only")
    if deployment.tier and deployment.tier not in _TIERS:
        yield Fault(
            deployment.account, f"GitLab has no deployment tier {deployment.tier!r}", f"they are {', '.join(_TIERS)}"
        )
