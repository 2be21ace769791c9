"""Jobs of a CI service that could get into production by way of a role that is not production's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.pipelines import PROVIDERS, identity
from iamgen.declaration.standard import READ

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.types.pipeline import Pipeline

_IDS = re.compile(r"@\d+(?=[/:])")  # in GitHub's subjects: a repository has them or not, and may change to them
_OTHERWISE = "give {account} a subject of its own, that no other job has"


@dataclass(frozen=True)
class Reach:
    """One role in one account that a pipeline is granted."""

    pipeline: Pipeline
    account: str
    role: str


def sideways_faults(reached: Iterable[Reach], accounts: Accounts) -> Iterator[MisDeclared]:
    """Find subjects that are for an account that needs approval, and for one that does not.

    AWS sees nothing but the subject: a job that is for the second account can ask for the role in the first, and nobody
    has approved it. To read there is left to whoever is trusted with it.
    """
    every = list(reached)
    exposed = [one for one in every if not accounts.by_name[one.account].needs_approval]
    faulty: set[tuple[int, str]] = set()
    for one in every:
        if not accounts.by_name[one.account].needs_approval or one.role == READ:
            continue
        other = next((other for other in exposed if _covers(one.pipeline, other.pipeline)), None)
        if other and (id(one.pipeline), one.account) not in faulty:
            faulty.add((id(one.pipeline), one.account))
            yield _fault(one, other)


def _fault(one: Reach, other: Reach) -> MisDeclared:
    subject = identity(other.pipeline).subject
    what = (
        f"Pipeline {one.pipeline.provider!r}: {subject!r} is for {other.account} as well, and gets {one.role} in "
        f"{one.account} without anybody's approval"
    )
    return MisDeclared(one.pipeline.origin, what, _apart(one.pipeline).replace("{account}", one.account), one.account)


def _apart(pipeline: Pipeline) -> str:
    """Return how the jobs of this service are told apart, whether it goes by its name or by its issuer."""
    url = identity(pipeline).url
    known = (one for name, one in PROVIDERS.items() if name == pipeline.provider or one.url == url)
    return next((one.apart for one in known), _OTHERWISE)


def _covers(pattern: Pipeline, other: Pipeline) -> bool:
    """Return whether every subject that the one pipeline means is one that the other means as well."""
    one, two = identity(pattern), identity(other)
    if one.url != two.url:
        return False
    parts = (re.escape(part).replace(r"\?", ".") for part in _IDS.sub("", one.subject).split("*"))
    return re.fullmatch(".*".join(parts), _IDS.sub("", two.subject)) is not None
