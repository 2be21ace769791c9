"""Write several files, either all of them completely or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from iamgen.errors import Fault, IamgenError, refuse


def write_all(contents: Mapping[Path, str], *, private: bool = False, within: Path | None = None) -> None:
    """Write every file, or none: all are complete on disk before the first takes its place.

    Missing folders are made. A symlink is written through, except below the folder `within`: there it may have come
    with somebody's commit, and lead to a file that nobody meant. `private` files, and folders made for them, are their
    owner's alone from the first byte on; what root writes belongs to whom the file, or its folder, belonged to. Raises
    IamgenError, naming the file, when the disk is full or a place is not writable; whatever was there before is then
    there still.
    """
    if within:
        require_no_links(contents, within)
    with _made_folders({path.parent for path in contents}, private=private), _drafts() as drafts:
        for path, content in contents.items():
            with _naming(path):
                target = path.resolve()
                _refuse_other_than_files(target)
                drafts[_draft(target, content, private=private)] = target
        _put_in_place(drafts)


def claim_private(file: Path) -> None:
    """Make a new, empty file that is its owner's alone, for `write_all` to write into. Raises FileExistsError when the
    file, or a link of that name, is there already, were it since a moment ago; and IamgenError as `write_all` does."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with _made_folders({file.parent}, private=True):
        try:
            handle = os.open(file, flags, 0o600)
        except FileExistsError:
            raise
        except OSError as exc:
            raise _unwritable(file, exc) from exc
        os.close(handle)
        _hand_over(file, file.parent)


def require_no_links(files: Iterable[Path], within: Path) -> None:
    """Refuse files that are, or lie in, a symlink below the folder `within`. Raises IamgenError for all of them."""
    faults = [_not_followed(file, link) for file in files for link in _links_on_the_way(file, within)]
    if faults:
        raise IamgenError(faults)


def _links_on_the_way(file: Path, within: Path) -> Iterator[Path]:
    """Yield the first symlink on the way from the folder to the file, if there is one."""
    parts = file.relative_to(within).parts
    places = (within.joinpath(*parts[: count + 1]) for count in range(len(parts)))
    yield from [place for place in places if place.is_symlink()][:1]


def _not_followed(file: Path, link: Path) -> Fault:
    problem = f"cannot be written: {'it' if link == file else link} is a symlink to {link.readlink()}"
    return Fault(str(file), problem, "nothing was written, for no symlink is followed here: look at it, and remove it")


def _put_in_place(drafts: Mapping[Path, Path]) -> None:
    """Let every draft take its place; when one cannot, put back what the others have replaced."""
    with ExitStack() as spare, ExitStack() as undo:
        for draft, target in drafts.items():
            with _naming(target):
                backup = _backup(target)
                if backup:
                    spare.callback(backup.unlink, missing_ok=True)
                draft.replace(target)
            undo.callback(_put_back, target, backup)
        undo.pop_all()


def _backup(target: Path) -> Path | None:
    """Return a second name for the file, or a copy where it cannot have one; None where there is no file."""
    if not target.exists():
        return None
    backup = target.with_name(f".{target.name}.{os.getpid()}.kept")
    backup.unlink(missing_ok=True)
    try:
        backup.hardlink_to(target)
    except OSError:
        import shutil

        shutil.copy2(target, backup)
    return backup


def _put_back(target: Path, backup: Path | None) -> None:
    if backup:
        backup.replace(target)
    else:
        target.unlink(missing_ok=True)


def _refuse_other_than_files(target: Path) -> None:
    if target.is_symlink():  # a link that is left after all were followed leads in a circle; Python 3.13 says nothing
        raise OSError(None, "the link leads in a circle")
    if target.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    if target.exists() and not target.is_file():  # such as /dev/null, which would be gone
        raise OSError(None, "it is no regular file")


def _draft(target: Path, content: str, *, private: bool) -> Path:
    """Write the content beside its target, flushed to disk; return where. Undecoded bytes are what they were."""
    import tempfile  # takes 3 ms, and is only needed for writing

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), 0o600 if private else 0o666 & ~_umask())
        if private:
            _hand_over(draft, target if target.exists() else target.parent)
    except BaseException:
        draft.unlink()
        raise
    return draft


def _hand_over(path: Path, like: Path) -> None:
    """When root runs the command, give the new file to the owner of the file or folder in whose place it is written."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


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
def _made_folders(folders: set[Path], *, private: bool) -> Iterator[None]:
    """Make the folders; take those that were made away again when the block fails."""
    new_folders: list[Path] = []
    try:
        for folder in sorted(folders):
            with _naming(folder):
                new_folders += _make(folder, private=private)
        yield
    except BaseException:
        for folder in reversed(new_folders):
            with suppress(OSError):
                folder.rmdir()
        raise


def _make(folder: Path, *, private: bool) -> list[Path]:
    """Make the folder and those above it that there are not; return them."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()][::-1]
    for place in missing:
        place.mkdir(0o700 if private else 0o777, exist_ok=True)
        if private:
            _hand_over(place, place.parent)
    folder.mkdir(exist_ok=True)  # or say that it is a file
    return missing


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as exc:  # a loop of links
        raise _unwritable(path, exc) from exc


def _unwritable(path: Path, exc: Exception) -> IamgenError:
    problem = f"cannot be written: {getattr(exc, 'strerror', None) or exc}"
    return refuse(str(path), problem, f"nothing was written; {_remedy(path)}")


def _remedy(path: Path) -> str:
    """Return what lets a file be written: a link on the way to it may lead nowhere."""
    for place in (path, *path.parents):
        if place.is_symlink() and not place.exists():
            return f"{place} is a link to {place.readlink()}, which is not there: make that, or remove the link"
    return "free some room, or choose a folder that you may write to"
