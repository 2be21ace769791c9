"""Find the folder of a repository of iamgen's, by the two files that declare who may do what.

Nothing else of iamgen's declaration is imported here: completion needs it at once.
"""

from __future__ import annotations

from pathlib import Path

from iamgen.errors import refuse

USERS_FILE = "users.py"
CONSTANTS_FILE = "CONST.inc"


def find_root(start: Path, *needed: str) -> Path:
    """Return the nearest folder, from `start` upwards, that has a users.py, or one of the files that are named.

    Raises IamgenError without one, also where a CONST.inc alone comes before it: a repository begins there.
    """
    try:
        return _nearest_root(start.resolve(), needed or (USERS_FILE,))
    except OSError as exc:
        problem = f"cannot be searched for {USERS_FILE}: {exc.strerror}"
        raise refuse(str(exc.filename or start), problem, "go to your repository, or name it with -C") from exc


def _nearest_root(folder: Path, needed: tuple[str, ...]) -> Path:
    for candidate in (folder, *folder.parents):
        if any((candidate / name).exists() for name in needed):
            return candidate
        if (candidate / CONSTANTS_FILE).exists():  # rather than take the repository around it
            raise refuse(
                str(candidate), f"there is a {CONSTANTS_FILE} but no {USERS_FILE}", f"write {USERS_FILE} beside it"
            )
    raise refuse(
        str(folder),
        f"there is no {' and no '.join(needed)} here or in a folder above",
        "go to your repository, name it with -C, or begin one: iamgen init",
    )
