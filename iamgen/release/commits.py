"""List the commits between two releases, and find which of them break something."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from iamgen.release.git import Git
from iamgen.ui.printable import printable

# Conventional Commits 1.0.0: a `!` before the colon, or a footer.
_BREAKS = re.compile(r"\A[\w-]+(\([^)\n]*\))?!:|^BREAKING[ -]CHANGE: ", re.MULTILINE)
_FORMAT = "%H%x00%an%x00%P%x00%B%x00"
_FIELDS = 4


@dataclass(frozen=True)
class Commit:
    """A commit, as release notes show it."""

    id: str
    """Its id."""
    author: str
    """The author's name."""
    subject: str
    """The first line of its message."""
    breaking: bool
    """Whether it says that it breaks something."""

    @property
    def line(self) -> str:
        """The commit in one line."""
        return f"{self.id[:10]} {self.subject} ({self.author})"

    def plain(self) -> dict[str, object]:
        """Return the commit as JSON values."""
        return {"id": self.id, "author": self.author, "subject": self.subject, "breaking": self.breaking}


def commits(git: Git, since: str | None, until: str, folders: Collection[str]) -> tuple[Commit, ...]:
    """Return the commits of `until` that `since` does not have, newest first; of merges those that break something.

    `since` and `until` are ids, `since` None for all there are. Only what touched one of the `folders`; an empty
    text is the whole repository.
    """
    span = [until] if since is None else [until, f"^{since}"]
    log = git.tell(
        "log", "-z", "--full-history", "--no-color", "--no-show-signature", "--encoding=UTF-8", f"--format={_FORMAT}",
        *span, "--", *(f":(top,literal){folder}" for folder in folders if "" not in folders),
    )  # fmt: skip
    parts = log.split("\0")
    rows = (parts[n : n + _FIELDS] for n in range(0, len(parts) - _FIELDS, _FIELDS + 1))
    read = ((_commit(identity, author, message), parents) for identity, author, parents, message in rows)
    return tuple(commit for commit, parents in read if commit.breaking or " " not in parents)


def _commit(identity: str, author: str, message: str) -> Commit:
    subject = next(iter(message.strip().splitlines()), "(no message)")
    return Commit(identity, printable(author), printable(subject), bool(_BREAKS.search(message)))
