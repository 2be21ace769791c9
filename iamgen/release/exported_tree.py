"""Put a commit's files into a temporary folder for as long as iamgen looks at them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iamgen.errors import Fault, IamgenError
from iamgen.release.git import Git
from iamgen.release.moved_folder import folder_in
from iamgen.release.repository import Repository
from iamgen.ui.printable import printable

_GITLINK = "160000 "


@contextmanager
def exported(repository: Repository, commit: str, name: str) -> Iterator[Path]:
    """Yield the folder of iamgen's in the files of a commit, which lie around it as they do in the repository.

    It is where it was then, if it was moved since.

    Neither the working tree nor its index is touched, no hook runs, and files are left out by no `export-ignore`.
    The folder is the person's alone and is gone afterwards. Raises IamgenError when the commit, which `name` calls so,
    has no such folder or git cannot write it; one that the block raises says as well which submodules are left out.
    """
    git = repository.git
    place_in_it = folder_in(repository, commit, name)
    with tempfile.TemporaryDirectory(prefix="iamgen-") as folder:
        place = Path(folder).resolve()
        apart = Git(git.folder, {**git.environment, "GIT_INDEX_FILE": str(place / "index")}, has_hooks=False)
        apart.tell("read-tree", "--no-sparse-checkout", commit)
        tree = place / "tree"
        tree.mkdir()
        apart.tell("checkout-index", "--all", "--force", "--quiet", f"--prefix={tree}/")
        with _naming_submodules(apart, name):
            yield tree / place_in_it


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
