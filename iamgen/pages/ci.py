"""CI files: which account is deployed when, as which role, put into the templates of `templates/ci/`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from iamgen.declaration.model import OPS, READ
from iamgen.declaration.pipelines import PROVIDERS
from iamgen.declaration.resolved import Account, Declaration, Granted, Workload
from iamgen.errors import Fault, IamgenError
from iamgen.pages.ci_commands import cfn_lint, install
from iamgen.pages.template import page

Provider = Literal["github", "gitlab"]
MADE = "# Made by `iamgen ci"
Stage = Literal["people", "accounts", "prod"]
_STAGES: tuple[Stage, ...] = get_args(Stage)
_FILES = {
    "github": {
        ".github/workflows/iamgen-check.yml": "ci/github-check.yml.j2",
        ".github/workflows/iamgen-deploy.yml": "ci/github-deploy.yml.j2",
    },
    "gitlab": {".gitlab-ci.yml": "ci/gitlab-ci.yml.j2"},
}
_ENVIRONMENT = re.compile(r"[\w ./@+-]+", re.ASCII)


@dataclass(frozen=True)
class Deployment:
    """How CI deploys an account: when, as which role, in which environment.

    Where users.py declares no pipeline for it, `role` is empty and the CI service's `variable` has the role's ARN.
    """

    account: str
    stage: Stage
    needs: tuple[str, ...]
    role: str
    variable: str
    environment: str
    audience: str


@dataclass(frozen=True)
class _Job:
    """A job as its token names it: `repository` up to the branch or environment; `deploys` on the channel's branch."""

    repository: str
    environment: str
    deploys: bool
    who: Workload
    granted: Granted


def ci_files(root: Path, declaration: Declaration, provider: Provider, folder: str) -> dict[str, str]:
    """Return the provider's files, by their path from the top of the git repository, in which `folder` is iamgen's.

    Raises IamgenError for what `deployments` and `install` refuse, and for what is wrong with a template.
    """
    channel = declaration.settings.channels[0]
    variables = {
        "branch": f"env/{channel}",
        "cfn_lint": cfn_lint(declaration),
        "deployments": [asdict(one) for one in deployments(declaration, provider, channel)],
        "enter": f'cd "$CI_PROJECT_DIR"/{shlex.quote(folder)}' if folder else "",
        "folder": folder,
        "install": install(root),
        "region": declaration.region,
    }
    return {path: page(root, template, variables) for path, template in _FILES[provider].items()}


def deployments(declaration: Declaration, provider: Provider, channel: str) -> tuple[Deployment, ...]:
    """Return each account's deployment: who holds people first, production last, each stage after the one before.

    Raises IamgenError for a job that would get into production without approval, and for an environment that cannot
    be written into a CI file.
    """
    jobs = list(_jobs(declaration, provider, channel))
    here = {job.repository for job in jobs if job.deploys}  # this repository, if it is but one
    own = [job for job in jobs if job.repository in here]
    able = [job for job in own if len(here) == 1 and (job.deploys or job.environment)]
    by_stage: dict[Stage, list[Account]] = {stage: [] for stage in _STAGES}
    for account in declaration.accounts.values():
        by_stage[_stage(account)].append(account)
    made: list[Deployment] = []
    needs: tuple[str, ...] = ("check",)
    for accounts in by_stage.values():
        made += [_deployment(declaration, provider, one, needs, able) for one in accounts]
        needs = tuple(f"deploy-{one.name}" for one in accounts) or needs
    ways = _unapproved(declaration, own) if provider == "github" else ()
    faults = [*ways, *(fault for one in made for fault in _faults(one))]
    if faults:
        raise IamgenError(faults)
    return tuple(made)


def _stage(account: Account) -> Stage:
    if account.holds_people:
        return "people"
    return "prod" if account.kind == "prod" else "accounts"


def _deployment(
    declaration: Declaration, provider: Provider, account: Account, needs: tuple[str, ...], jobs: Sequence[_Job]
) -> Deployment:
    stage = _stage(account)
    able = [one for one in jobs if one.granted.account == account.name and one.granted.role != READ]
    job = min(able, key=lambda one: (bool(one.environment) != (stage == "prod"), one.granted.role != OPS), default=None)
    environment = job.environment if job else ""
    if stage == "prod" and not environment:
        environment = account.name
    usual = PROVIDERS[provider].audience
    audience = job.who.audience if job else usual
    return Deployment(
        account.name,
        stage,
        needs,
        declaration.naming(account).role_arn(job.granted.role) if job else "",
        f"{account.name.upper().replace('-', '_')}_DEPLOY_ROLE_ARN",
        environment,
        "" if provider == "github" and audience == usual else audience,
    )


def _jobs(declaration: Declaration, provider: Provider, channel: str) -> Iterator[_Job]:
    """Yield what each job of the service was granted."""
    branch = f"env/{channel}"
    pattern, deploys = {
        "github": (r"(repo:[^:]+):(?:environment:(.+)|.+)", f":ref:refs/heads/{branch}"),
        "gitlab": (r"(project_path:[^:]+):.+()", f":ref_type:branch:ref:{branch}"),
    }[provider]
    for granted in declaration.granted:
        if isinstance(granted.who, Workload) and granted.who.url == PROVIDERS[provider].url:
            found = re.fullmatch(pattern, granted.who.subject)
            if found:
                on_branch = granted.who.subject == f"{found[1]}{deploys}"
                yield _Job(found[1], found[2] or "", on_branch, granted.who, granted)


def _unapproved(declaration: Declaration, own: Iterable[_Job]) -> Iterator[Fault]:
    """Find what gets into production from a branch, a tag or a pull request: nobody has to approve that."""
    for job in own:
        account = declaration.accounts[job.granted.account]
        if _stage(account) == "prod" and not job.environment and job.granted.role != READ:
            repository, _, place = job.who.subject.removeprefix("repo:").partition(":")
            what = f"{job.granted.role} is for {place} of {repository}, and nobody has to approve what that does"
            hint = f'Pipeline("github", repository="{repository}", environment="{account.name}", access={{…}})'
            yield Fault(account.name, what, hint)


def _faults(one: Deployment) -> Iterator[Fault]:
    if one.environment and not _ENVIRONMENT.fullmatch(one.environment):
        what = f"the environment {one.environment!r} cannot be written into a CI file"
        yield Fault(one.account, what, "letters, digits, blanks and ./@+_- only")
