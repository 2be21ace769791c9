"""Find where iamgen's folder was in an earlier commit, if it has been moved since."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.errors import refuse
from iamgen.release.repository import Repository
from iamgen.ui.printable import printable

_FILES = ("users.py", "CONST.inc")


def folder_in(repository: Repository, commit: str, name: str) -> str:
    """Return the folder of iamgen's in a commit, which `name` calls so: `team/iam/`, or empty at its top.

    It is today's, where that has a users.py then. Otherwise it is the one whose files were renamed to those of today's.
    Raises IamgenError where there is neither.
    """
    folder = repository.folder
    if _kind(repository, commit, f"{folder}{_FILES[0]}") == "blob":
        return folder
    earlier = set(_renamed_from(repository, commit))
    if len(earlier) == 1:
        return earlier.pop()
    if folder and _kind(repository, commit, folder.rstrip("/")) != "tree":
        raise refuse(name, f"has no folder {printable(folder)}", "it may have been elsewhere then")
    return folder


def folders_of(repository: Repository, *commits: str) -> tuple[str, ...]:
    """Return the folders that iamgen had in other commits, and then today's folder."""
    earlier = (
        place
        for commit in commits
        if _kind(repository, commit, f"{repository.folder}{_FILES[0]}") != "blob"
        for place in _renamed_from(repository, commit)
    )
    return tuple(dict.fromkeys((*earlier, repository.folder)))


def _renamed_from(repository: Repository, commit: str) -> Iterator[str]:
    """Yield the folders of the commit from which git finds the two files of today's folder to be renamed."""
    differences = repository.git.tell(
        "diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", "--no-ext-diff", commit, "HEAD"
    )
    parts = differences.split("\0")
    for source, target in zip(parts[1::3], parts[2::3], strict=False):
        for file in _FILES:
            if target == f"{repository.folder}{file}" and source.rpartition("/")[2] == file:
                yield source.removesuffix(file)


def _kind(repository: Repository, commit: str, path: str) -> str:
    """Return what a path is in a commit: `blob`, `tree`, or an empty text for nothing."""
    return repository.git.ask("cat-file", "-t", f"{commit}:{path}").out.strip()
