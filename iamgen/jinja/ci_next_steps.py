"""List what else the files of CI need: variables, approvals and protected branches of the CI service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamgen.declaration.resolved import Declaration
from iamgen.jinja.ci import deployments
from iamgen.jinja.ci_jobs import CiProvider
from iamgen.jinja.ci_nightly import nightly_jobs

_TITLES: dict[CiProvider, str] = {"github": "GitHub", "gitlab": "GitLab"}


def next_steps(declaration: Declaration, provider: CiProvider) -> Iterator[str]:
    """Yield what is to be set in the CI service so that its files deploy, and only with approval, a sentence each.

    Raises IamgenError as `deployments` does.
    """
    channel = declaration.settings.channels[0]
    planned = deployments(declaration, provider, channel)
    variables = [deployment.variable for deployment in planned if not deployment.role]
    if variables:
        yield _variables_step(provider, variables, "deploys")
    yield from _nightly_steps(declaration, provider, channel)
    environments = dict.fromkeys(deployment.environment for deployment in planned if deployment.needs_approval)
    if provider == "github":
        yield (
            f"protect the branch env/{channel} in GitHub, and give {_named(environments)} required reviewers "
            f"and that branch alone"
        )
    else:
        yield f"protect the branch env/{channel} in GitLab, and {_named(environments)}"


def _nightly_steps(declaration: Declaration, provider: CiProvider, channel: str) -> Iterator[str]:
    """Yield what is to be set so that every account is looked at every night."""
    jobs = nightly_jobs(declaration, provider, channel)
    variables = [job.variable for job in jobs if not job.role]
    if variables:
        yield _variables_step(provider, variables, "reads")
    if jobs and provider == "gitlab":
        yield f"make a pipeline schedule of the branch env/{channel} in GitLab: its jobs look at AWS every night"


def _variables_step(provider: CiProvider, variables: list[str], verb: str) -> str:
    kind = "variables" if len(variables) > 1 else "variable"
    meaning = f"the ARN of the role that {verb} the account; or declare a Pipeline(…) for it in users.py"
    return f"set in {_TITLES[provider]} the {kind} {_listed(variables)}: {meaning}"


def _named(environments: Iterable[str]) -> str:
    names = list(environments)
    return f"the environment{'s' if len(names) > 1 else ''} {_listed(names)}"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
