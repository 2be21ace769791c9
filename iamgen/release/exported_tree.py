"""A commit's files, put into a folder of their own for as long as they are looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iamgen.errors import Fault, IamgenError, refuse
from iamgen.release.git import Git
from iamgen.release.repository import Repository
from iamgen.ui.printable import printable

_GITLINK = "160000 "


@contextmanager
def exported(repository: Repository, commit: str, name: str) -> Iterator[Path]:
    """Yield the folder of iamgen's in the files of a commit, which lie around it as they do in the repository.

    Neither the working tree nor its index is touched, no hook runs, and files are left out by no `export-ignore`.
    The folder is the person's alone and is gone afterwards. Raises IamgenError when the commit, which `name` calls so,
    has no such folder or git cannot write it; one that the block raises says as well which submodules are left out.
    """
    git = repository.git
    if not _has_folder(repository, commit):
        raise refuse(name, f"has no folder {printable(repository.folder)}", "it may have been elsewhere then")
    with tempfile.TemporaryDirectory(prefix="iamgen-") as folder:
        place = Path(folder).resolve()
        apart = Git(git.folder, {**git.environment, "GIT_INDEX_FILE": str(place / "index")}, has_hooks=False)
        apart.tell("read-tree", "--no-sparse-checkout", commit)
        tree = place / "tree"
        tree.mkdir()
        apart.tell("checkout-index", "--all", "--force", "--quiet", f"--prefix={tree}/")
        with _naming_submodules(apart, name):
            yield tree / repository.folder


@contextmanager
def _naming_submodules(git: Git, name: str) -> Iterator[None]:
    try:
        yield
    except IamgenError as exc:
        entries = git.tell("ls-files", "--stage", "-z").split("\0")
        submodules = [printable(entry.partition("\t")[2]) for entry in entries if entry.startswith(_GITLINK)]
        if not submodules:
            raise
        hint = "what iamgen reads has to be in the repository itself"
        raise IamgenError(
            [*exc.faults, Fault(name, f"submodules are not looked into: {', '.join(submodules)}", hint)]
        ) from exc


def _has_folder(repository: Repository, commit: str) -> bool:
    place = f"{commit}:{repository.folder.rstrip('/')}"
    answer = repository.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", place)
    return not answer.code and repository.git.tell("cat-file", "-t", answer.out.strip()).strip() == "tree"
