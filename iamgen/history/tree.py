"""A commit's files, put into a folder of their own for as long as they are looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from iamgen.errors import refuse
from iamgen.history.git import Git
from iamgen.history.repository import Repository
from iamgen.printable import printable


@contextmanager
def exported(repository: Repository, commit: str, name: str) -> Iterator[Path]:
    """Yield a folder with the files of a commit, of those of a larger repository only the folder of iamgen's.

    Neither the working tree nor its index is touched, no hook runs, and files are left out by no `export-ignore`.
    The folder is the person's alone and is gone afterwards. Raises IamgenError when the commit, which `name` calls so,
    has no such folder or git cannot write it.
    """
    tree = f"{commit}:{repository.folder.rstrip('/')}"
    git = repository.git
    if git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{tree}^{{tree}}").code:
        what = f"has no folder {printable(repository.folder)}"
        raise refuse(name, what, "it may have been elsewhere then")
    with tempfile.TemporaryDirectory(prefix="iamgen-") as made:
        place = Path(made).resolve()
        apart = Git(git.folder, {**git.environment, "GIT_INDEX_FILE": str(place / "index")})
        apart.tell("read-tree", "--no-sparse-checkout", tree)
        folder = place / "tree"
        folder.mkdir()
        apart.tell("checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}/")
        yield folder
