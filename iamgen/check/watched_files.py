"""Watch the files that a check reads: list them, see whether they have changed, and wait until they do.

What has changed is decided by looking at the files themselves. The operating system's notices of changes, which come
through watchfiles, only say when to look: so a notice that is lost, or is about another file, does no harm.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from iamgen.check.lint.configuration import CONFIG_NAMES
from iamgen.errors import IamgenError, refuse

_KINDS = frozenset({".py", ".inc", ".tpl", ".toml", ".json", ".yaml", ".yml", ".csv"})
"""The kinds of files that users.py, CONST.inc and .cfnlintrc are, or can bring in."""
_TEMPLATES = "templates"
_WRITTEN = "build"  # what `iamgen render` writes there comes from the files that are watched
_INSTALLED = frozenset({"node_modules", "__pycache__"})
_EDITORS_OWN = ("~", ".swp", ".swo", ".swx")  # an editor's copies of what is being edited
_QUIET, _LONGEST, _LOOK_AGAIN = 100, 1600, 1000  # milliseconds


class Stamp(NamedTuple):
    """What differs after a file has been written anew."""

    modified: int
    """When the file was last written, in nanoseconds since 1970."""
    size: int
    """How many bytes the file has."""
    inode: int
    """Which file it is: an editor may put a new file in the place of the old one."""


State = Mapping[Path, Stamp]


@dataclass(frozen=True)
class WatchedFiles:
    """The files whose changes call for another check: those of a repository, or templates that are named."""

    root: Path
    """The repository's folder."""
    templates: tuple[Path, ...] = ()
    """Template files that are watched in the place of the repository's files."""

    def state(self) -> State:
        """Return the stamp of each file that is there."""
        files = self.templates or _files_of(self.root)
        return {file: stamp for file in files if (stamp := _stamp(file))}

    def folders(self) -> tuple[Path, ...]:
        """Return the folders in which files can change."""
        folders = [file.parent for file in self.templates] or [folder for folder, _ in _walk(self.root)]
        return tuple(dict.fromkeys(folders))

    def wait_for_change(self, before: State) -> State:
        """Wait until the files differ from an earlier state, and return the new one.

        Raises IamgenError where the folders are gone, or cannot be watched.
        """
        while (after := self.state()) == before:
            self._wait_for_notice(before)
        return after

    def _wait_for_notice(self, before: State) -> None:
        """Wait for a notice after which the files differ, or a folder is gone. The thread that watches ends with it."""
        from watchfiles import watch

        folders = self.folders()
        if not all(folder.is_dir() for folder in folders) or not folders:
            raise refuse(
                str(self.root), "the folder is gone, and nothing is watched any more", "go to one that is there"
            )
        notices = watch(
            *folders, watch_filter=None, recursive=False, yield_on_timeout=True,
            step=_QUIET, debounce=_LONGEST, rust_timeout=_LOOK_AGAIN,
        )  # fmt: skip
        try:
            for _ in notices:
                if self.state() != before:
                    return
        except FileNotFoundError:  # a folder was removed after it was listed
            return
        except (OSError, RuntimeError) as exc:
            raise _unwatchable(self.root, exc) from exc
        finally:
            notices.close()


def require_watchfiles() -> None:
    """Raise IamgenError where the library that watches files is not installed."""
    try:
        import watchfiles  # noqa: F401
    except ImportError as exc:
        problem = "it needs the library watchfiles, which is not installed"
        raise refuse("--watch", problem, "install it beside iamgen: pip install watchfiles") from exc


def changed_names(root: Path, before: State, after: State) -> list[str]:
    """Return the names of the files that were written, added or removed, from the repository's folder on."""
    changed = {path for path in (*before, *after) if before.get(path) != after.get(path)}
    return sorted(str(path.relative_to(root) if path.is_relative_to(root) else path) for path in changed)


def _files_of(root: Path) -> Iterator[Path]:
    for folder, names in _walk(root):
        in_templates = folder.parts[len(root.parts) :][:1] == (_TEMPLATES,)
        for name in names:
            known = in_templates or name in CONFIG_NAMES or Path(name).suffix in _KINDS
            if known and not name.endswith(_EDITORS_OWN):
                yield folder / name


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each folder of a repository with the names of its files. Links are followed, but each folder comes once."""
    visited = set[tuple[int, int]]()
    for folder, subfolders, names in os.walk(root, followlinks=True):
        identity = _identity(Path(folder))
        if identity is None or identity in visited:
            subfolders.clear()
            continue
        visited.add(identity)
        subfolders[:] = [name for name in subfolders if not _is_skipped(Path(folder), name, root)]
        yield Path(folder), names


def _is_skipped(folder: Path, name: str, root: Path) -> bool:
    """Return whether a check reads nothing in a folder: in a hidden one, what is installed, and what is rendered."""
    is_output = name == _WRITTEN and folder == root
    return name.startswith(".") or name in _INSTALLED or is_output or (folder / name / "pyvenv.cfg").exists()


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return the device and the inode of a folder: inodes alone are numbered anew on each device."""
    status = _status(folder)
    return (status.st_dev, status.st_ino) if status else None


def _stamp(path: Path) -> Stamp | None:
    status = _status(path)
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino) if status else None


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # it is gone, or nobody may look at it
        return None


def _unwatchable(root: Path, exc: Exception) -> IamgenError:
    problem = f"it cannot be watched: {exc}"
    return refuse(str(root), problem, "set WATCHFILES_FORCE_POLLING=1, and the files are looked at in turns")
