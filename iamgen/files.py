"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from iamgen.errors import refuse


def write_all(contents: Mapping[Path, str]) -> None:
    """Write every file, or none: all are complete on disk before the first takes its place.

    Missing folders are made. A symlink is written through. Raises IamgenError, naming the file, when the
    disk is full or a place is not writable; whatever was there before is then there still.
    """
    with _made_folders({path.parent for path in contents}), _drafts() as drafts:
        for path, content in contents.items():
            with _naming(path):
                target = path.resolve()
                if target.is_dir():
                    raise IsADirectoryError(None, "it is a folder")
                drafts[_draft(target, content)] = target
        for draft, target in drafts.items():
            with _naming(target):
                draft.replace(target)


def _draft(target: Path, content: str) -> Path:
    """Write the content beside its target, flushed to disk; return where."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), 0o666 & ~_umask())
    except BaseException:
        draft.unlink()
        raise
    return draft


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def _drafts() -> Iterator[dict[Path, Path]]:
    """Hold drafts by their target; those that have not taken their place in the end are removed."""
    drafts: dict[Path, Path] = {}
    try:
        yield drafts
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


@contextmanager
def _made_folders(folders: set[Path]) -> Iterator[None]:
    """Make the folders; take those that were made away again when the block fails."""
    made: list[Path] = []
    try:
        for folder in sorted(folders):
            with _naming(folder):
                made += _make(folder)
        yield
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make(folder: Path) -> list[Path]:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        hint = "nothing was written; free some room, or choose a folder that you may write to"
        raise refuse(str(path), f"cannot be written: {exc.strerror or exc}", hint) from exc
