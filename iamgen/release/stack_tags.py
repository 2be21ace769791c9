"""The tags of a stack that say what was deployed on it: the release and the commit, as `git describe` names them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from iamgen.errors import IamgenError
from iamgen.release.repository import open_repository

_DIRTY = "-dirty"


class Described(NamedTuple):
    """The tags of a stack. Both end in `-dirty` if something is not committed."""

    release: str
    """The release as `git describe` tells it, `v1.2.3` or `v1.2.3-4-gabc1234`."""
    commit: str
    """The id of the commit."""

    @property
    def tags(self) -> dict[str, str]:
        """Return what a stack is tagged with."""
        return {"iamgen:release": self.release, "iamgen:commit": self.commit}


def described(root: Path) -> Described | None:
    """Return the release and commit of the folder's repository; None if there is no repository or no commit yet."""
    try:
        repository = open_repository(root)
        commit = repository.commit_of("HEAD")
    except IamgenError:
        return None
    if commit is None:
        return None
    # audit tags (env/…) are not releases
    answer = repository.git.tell("describe", "--tags", "--always", f"--dirty={_DIRTY}", "--match", "v[0-9]*").strip()
    return Described(answer, f"{commit}{_DIRTY if answer.endswith(_DIRTY) else ''}")


def stack_tags(root: Path) -> dict[str, str]:
    """Return what a stack is tagged with; nothing where git knows nothing."""
    version = described(root)
    return version.tags if version else {}
