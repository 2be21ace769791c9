"""Find pipelines that reach both an account that needs approval and, with the same subject, one that does not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.pipelines import PROVIDERS, identity

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.pipeline import Pipeline

_IDS = r"@\d+(?=[/:])"  # in GitHub's subjects: a repository has them or not, and may change to them
_OTHERWISE = "give {account} a subject of its own, that no other job has"


class SubjectReach(NamedTuple):
    """One role in one account that a pipeline is granted."""

    pipeline: Pipeline
    """The pipeline."""
    account: str
    """The name of the account."""
    role: str
    """The name of the role."""


def sideways_faults(
    reached: Iterable[SubjectReach], accounts: Accounts, reading: Collection[str]
) -> Iterator[MisDeclared]:
    """Find subjects that have a role both in an account that needs approval and in one that does not.

    AWS sees nothing but the subject: a job that is for the second account can ask for the role in the first, and nobody
    has approved it. To read there, by the roles that `reading` names, is left to whoever is trusted with it.
    """
    every = list(reached)
    exposed = [reach for reach in every if not accounts.by_name[reach.account].needs_approval]
    faulty: set[tuple[int, str]] = set()
    for reach in every:
        if not accounts.by_name[reach.account].needs_approval or reach.role in reading:
            continue
        exposed_reach = next(
            (exposed_reach for exposed_reach in exposed if _covers(reach.pipeline, exposed_reach.pipeline)), None
        )
        if exposed_reach and (id(reach.pipeline), reach.account) not in faulty:
            faulty.add((id(reach.pipeline), reach.account))
            yield _fault(reach, exposed_reach)


def _fault(approved: SubjectReach, exposed: SubjectReach) -> MisDeclared:
    subject = identity(exposed.pipeline).subject
    problem = (
        f"Pipeline {approved.pipeline.provider!r}: {subject!r} is also the subject of {exposed.account}, "
        f"so its jobs get {approved.role} in {approved.account} without anybody's approval"
    )
    hint = _apart(approved.pipeline).replace("{account}", approved.account)
    return MisDeclared(approved.pipeline.origin, problem, hint, approved.account)


def _apart(pipeline: Pipeline) -> str:
    """Return how the jobs of this service are distinguished, whether the service is named by its name or by its
    issuer."""
    url = identity(pipeline).url
    known = (provider for name, provider in PROVIDERS.items() if name == pipeline.provider or provider.url == url)
    return next((provider.apart for provider in known), _OTHERWISE)


def _covers(pattern: Pipeline, other: Pipeline) -> bool:
    """Return whether every subject that the one pipeline means is one that the other means as well."""
    wide, narrow = identity(pattern), identity(other)
    if wide.url != narrow.url:
        return False
    parts = (re.escape(part).replace(r"\?", ".") for part in re.sub(_IDS, "", wide.subject).split("*"))
    return re.fullmatch(".*".join(parts), re.sub(_IDS, "", narrow.subject)) is not None
