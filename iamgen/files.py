"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from iamgen.errors import refuse


def write_all(contents: Mapping[Path, str], *, private: bool = False) -> None:
    """Write every file, or none: all are complete on disk before the first takes its place.

    Missing folders are made. A symlink is written through. `private` files, and folders made for them, are their
    owner's alone from the first byte on. Raises IamgenError, naming the file, when the disk is full or a place is
    not writable; whatever was there before is then there still.
    """
    folder_mode, mode = (0o700, 0o600) if private else (0o777, 0o666 & ~_umask())
    with _made_folders({path.parent for path in contents}, folder_mode), _drafts() as drafts:
        for path, content in contents.items():
            with _naming(path):
                target = path.resolve()
                _refuse_other_than_files(target)
                drafts[_draft(target, content, mode)] = target
        for draft, target in drafts.items():
            with _naming(target):
                draft.replace(target)


def _refuse_other_than_files(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    if target.exists() and not target.is_file():  # such as /dev/null, which would be gone
        raise OSError(None, "it is no regular file")


def _draft(target: Path, content: str, mode: int) -> Path:
    """Write the content beside its target, flushed to disk; return where. Undecoded bytes are what they were."""
    import tempfile  # 3 ms that only writing should cost

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), mode)
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
def _made_folders(folders: set[Path], mode: int) -> Iterator[None]:
    """Make the folders; take those that were made away again when the block fails."""
    made: list[Path] = []
    try:
        for folder in sorted(folders):
            with _naming(folder):
                made += _make(folder, mode)
        yield
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make(folder: Path, mode: int) -> list[Path]:
    """Make the folder and those above it that there are not; return them."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()][::-1]
    for place in missing:
        place.mkdir(mode, exist_ok=True)
    folder.mkdir(exist_ok=True)  # or say that it is a file
    return missing


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as exc:  # a loop of links
        hint = "nothing was written; free some room, or choose a folder that you may write to"
        raise refuse(str(path), f"cannot be written: {getattr(exc, 'strerror', None) or exc}", hint) from exc
