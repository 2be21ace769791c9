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
    git, tree = repository.git, _tree(repository, commit)
    if tree is None:
        raise refuse(name, f"has no folder {printable(repository.folder)}", "it may have been elsewhere then")
    with tempfile.TemporaryDirectory(prefix="iamgen-") as made:
        place = Path(made).resolve()
        apart = Git(git.folder, {**git.environment, "GIT_INDEX_FILE": str(place / "index")})
        apart.tell("read-tree", "--no-sparse-checkout", tree)
        folder = place / "tree"
        folder.mkdir()
        apart.tell("checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}/")
        yield folder


def _tree(repository: Repository, commit: str) -> str | None:
    """Return the id of the tree that the folder is in a commit, or None."""
    place = f"{commit}:{repository.folder.rstrip('/')}"
    answer = repository.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", place)
    found = answer.out.strip()
    is_tree = not answer.code and repository.git.tell("cat-file", "-t", found).strip() == "tree"
    return found if is_tree else None
