"""Write new files for secrets: only their owner can read them, and they never replace an existing file."""

from __future__ import annotations

from pathlib import Path

from iamgen.errors import IamgenError, refuse
from iamgen.ui.files import claim_private


def require_absent(file: Path, content: str) -> None:
    """Raise IamgenError when the file is there already: it may have what `content` names, such as `passwords`."""
    if file.exists() or file.is_symlink():
        raise _taken(file, content)


def claim(file: Path, content: str) -> None:
    """Make the file, empty, before there is a secret that could be lost. Raises IamgenError as `require_absent` does,
    also for a file that somebody made since."""
    try:
        claim_private(file)
    except FileExistsError as exc:
        raise _taken(file, content) from exc


def _taken(file: Path, content: str) -> IamgenError:
    return refuse(str(file), f"is there already, and may have {content} in it", "name a file that there is not")
