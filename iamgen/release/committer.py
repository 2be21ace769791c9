"""Find who makes a release or a promotion, and when, as git will write it into the tag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from iamgen.errors import refuse
from iamgen.release.repository import Repository
from iamgen.ui.printable import printable

_IDENTITY = re.compile(r"(.*) <(.*)> (\d+) [+-]\d{4}\s*", re.DOTALL)


@dataclass(frozen=True)
class Signature:
    """Who made a tag, and when."""

    name: str
    """The name."""
    email: str
    """The address."""
    at: datetime
    """The moment (UTC)."""

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes git write this very moment."""
        return {"GIT_COMMITTER_DATE": f"@{int(self.at.timestamp())} +0000"}


def signature(repository: Repository) -> Signature:
    """Return the signature of the person. Raises IamgenError if git does not know who they are, or what time it is."""
    answer = repository.git.ask("var", "GIT_COMMITTER_IDENT")
    identity = _IDENTITY.fullmatch(answer.out)
    if answer.code or not identity:
        hint = "git config user.name NAME && git config user.email ADDRESS"
        raise refuse("git", "it does not know who you are, and a tag says who made it", hint)
    return Signature(printable(identity[1]), printable(identity[2]), _moment(identity[3]))


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError, ValueError) as exc:
        problem = f"it would write a date that there is not: {seconds} seconds after 1970"
        raise refuse("git", problem, "look at GIT_COMMITTER_DATE, and at the clock") from exc
