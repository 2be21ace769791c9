"""Make a draft of a new repository in a temporary folder, and try its declaration before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from iamgen.declaration.repository_root import USERS_FILE
from iamgen.new_repository.place import NewRepositoryPlace

_NEVER_READ = {".git", ".venv", "build"}


@contextmanager
def drafted(place: NewRepositoryPlace, files: Mapping[str, str]) -> Iterator[Path]:
    """Yield a folder that has what the place has already, and those of the `files` that it does not have."""
    with TemporaryDirectory(prefix="iamgen-init-") as name:
        draft = Path(name).resolve()
        shared = {Path(path).parts[0] for path in files}
        if place.folder.is_dir():
            for entry in place.folder.iterdir():
                if entry.name == USERS_FILE and entry.is_file():  # the owner was checked before
                    copyfile(entry, draft / USERS_FILE)
                elif entry.name not in _NEVER_READ:
                    _link(entry, draft / entry.name, whole=entry.name not in shared)
        for path, text in files.items():
            if not place.has(path):
                (draft / path).parent.mkdir(parents=True, exist_ok=True)
                (draft / path).write_text(text, encoding="utf-8")
        yield draft


def _link(entry: Path, draft: Path, *, whole: bool) -> None:
    """Let the draft have the entry: the `whole` of it by one link, or a folder with links to all that is in it, so that
    more can be put beside it."""
    if whole or entry.is_symlink() or not entry.is_dir():
        draft.symlink_to(entry)
        return
    draft.mkdir()
    for child in entry.iterdir():
        _link(child, draft / child.name, whole=False)
