"""List the releases that a clone knows by itself, without asking the remote."""

from __future__ import annotations

from iamgen.errors import refuse
from iamgen.release.repository import Repository
from iamgen.release.versions import parse


def last_release(repository: Repository) -> str:
    """Return the tag of the greatest release in the history of HEAD. Raises IamgenError where there is none."""
    repository.head()
    names = repository.git.tell("tag", "--list", "v*", "--merged", "HEAD").split()
    versions = [version for name in names if (version := parse(name))]
    if versions:
        return str(max(versions))
    is_shallow = repository.git.tell("rev-parse", "--is-shallow-repository").strip() == "true"
    if is_shallow:
        problem = "this clone is shallow, and has no release in what it knows of its history"
        raise refuse("git", problem, "git fetch --unshallow --tags, or name a revision: iamgen diff HEAD")
    raise refuse("git", "there is no release yet to compare with", "name a revision: iamgen diff HEAD")
