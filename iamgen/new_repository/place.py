"""The place of a new repository: its folder, the git repository around it, and what is already there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from iamgen.declaration.repository_root import USERS_FILE
from iamgen.errors import Fault
from iamgen.ownership import foreign_owner


@dataclass(frozen=True)
class NewRepositoryPlace:
    """The folder of a new repository, and the git repository that it is in."""

    folder: Path
    """The folder, which need not exist yet."""
    top: Path
    """The top of the git repository around it; the folder itself where there is none."""
    is_in_git: bool
    """Whether there is a git repository already."""
    was_empty: bool
    """Whether the folder had nothing of anybody's in the beginning."""

    @classmethod
    def of(cls, folder: Path) -> NewRepositoryPlace:
        """Return the place that a folder is; every link on the way is followed, as far as it leads anywhere."""
        resolved = Path(os.path.realpath(folder))  # Path.resolve of Python 3.11 and 3.12 ends at links in a circle
        top = next((place for place in (resolved, *resolved.parents) if os.path.lexists(place / ".git")), None)
        is_empty = not _is_folder(resolved) or {entry.name for entry in resolved.iterdir()} <= {".git"}
        return cls(resolved, top or resolved, top is not None, is_empty)

    @property
    def below_top(self) -> str:
        """The folder as git names it from its top, `team/iam`; empty for the top itself."""
        relative = self.folder.relative_to(self.top).as_posix()
        return "" if relative == "." else relative

    @property
    def may_have_staged(self) -> bool:
        """Whether something may be staged in git already, which a commit of the new files has to leave out."""
        repository = self.top / ".git"
        return self.is_in_git and (repository.is_file() or (repository / "index").exists())

    def faults(self) -> Iterator[Fault]:
        """Yield why nothing can be written here, as far as that can be told without writing."""
        ancestor = next(place for place in (self.folder, *self.folder.parents) if os.path.lexists(place))
        if not _is_folder(ancestor):
            yield Fault(str(ancestor), "it is no folder", "name another folder: iamgen init DIR")
        elif not os.access(ancestor, os.W_OK | os.X_OK):
            yield Fault(str(ancestor), "you may not write into it", "name another folder: iamgen init DIR")
        users = self.folder / USERS_FILE
        foreign = foreign_owner(self.folder, users) if os.path.lexists(users) else None  # it would be run
        if foreign:
            yield foreign

    def has(self, name: str) -> bool:
        """Return whether there is something of this name in the folder already, be it a link that leads nowhere."""
        return os.path.lexists(self.folder / name)

    def has_text(self, path: Path, text: str) -> bool:
        """Return whether a file is there and has exactly this text."""
        return os.path.lexists(path) and self.text(path) == text

    def text(self, path: Path) -> str:
        """Return the text of a file; nothing where it cannot be read."""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def shown(self, path: Path) -> str:
        """Return a path as it is named from the folder."""
        return os.path.relpath(path, self.folder)

    def existing(self, paths: Iterable[Path]) -> list[Path]:
        """Return those of the paths that are there already, be they links that lead nowhere."""
        return [path for path in paths if os.path.lexists(path)]


def _is_folder(path: Path) -> bool:
    """Return whether a path is a folder; it is none where its own folder may not be entered."""
    try:
        return path.is_dir()
    except PermissionError:
        return False
