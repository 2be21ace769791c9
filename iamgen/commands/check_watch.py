"""`iamgen check --watch`: check once, and again whenever a file changes that a check reads."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from pathlib import Path

from iamgen.check.watched_files import State, WatchedFiles, changed_names, require_watchfiles
from iamgen.declaration.repository_root import USERS_FILE, find_root
from iamgen.declaration.users_process import NoAnswerError, forked
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.ui.console import Console
from iamgen.ui.listing import first_of

_FAULT, _USAGE = 1, 2
_SHOWN = 5  # names of changed files that fit into a line

Check = Callable[[Path], int]
"""Checks a repository's folder, prints the findings, and returns the exit code."""
Wait = Callable[[WatchedFiles, State], State]
"""Waits until the files differ from a state, and returns the new one."""


def watch(check: Check, watched: WatchedFiles, console: Console, wait: Wait = WatchedFiles.wait_for_change) -> int:
    """Check, and again after each change, until somebody interrupts it; what is wrong is printed, and ends nothing.

    The first check alone can end it: with 2 when the command line is wrong, which no change of a file mends.
    Raises IamgenError where there is nothing to watch, or nothing to watch it with.
    """
    require_watchfiles()
    state = watched.state()
    if _checked(check, watched, console) == _USAGE:
        return _USAGE
    console.note(f"watching {len(state)} {'file' if len(state) == 1 else 'files'} for changes; ^C ends it")
    while True:
        later = wait(watched, state)
        console.note(
            f"\n{time.strftime('%H:%M:%S')} changed: {first_of(changed_names(watched.root, state, later), _SHOWN)}"
        )
        state = later
        _checked(check, watched, console)


def files_to_watch(folder: Path, templates: tuple[Path, ...]) -> WatchedFiles:
    """Return the template files, or else the repository's own. Raises IamgenError where there is no repository."""
    if templates:
        return WatchedFiles(Path.cwd(), tuple(file.absolute() for file in templates))
    return WatchedFiles(find_root(folder))


def require_text(form: str) -> None:
    """Refuse a format for programs, because the output would be several documents. Raises UsageError."""
    if form != "text":
        raise UsageError([Fault("--watch", f"it prints text, and not {form}", "leave out one of the two options")])


def _checked(check: Check, watched: WatchedFiles, console: Console) -> int:
    """Check in a process of its own, which knows nothing of what the files were before; return the exit code."""
    try:
        with forked(lambda: _answer(check, watched, console).encode(), keeps_stdout=True) as child:
            code, _, failure = child.answer().decode().partition("\n")
    except NoAnswerError:
        console.error(
            Fault("check", "the process that checks was ended before it was done", "look whether memory is short")
        )
        return _FAULT
    if failure:
        raise RuntimeError(f"the check failed:\n{failure}")  # a bug, which is reported as any other
    return int(code)


def _answer(check: Check, watched: WatchedFiles, console: Console) -> str:
    """Return the exit code of a check, and the traceback of what should not have happened."""
    try:
        if not watched.templates:
            _require_users(watched.root)
        return str(check(watched.root))
    except IamgenError as exc:
        console.errors(exc.faults)
        return str(_USAGE if isinstance(exc, UsageError) else _FAULT)
    except Exception:  # noqa: BLE001  # our caller raises it
        return f"{_FAULT}\n{traceback.format_exc()}"


def _require_users(root: Path) -> None:
    """Refuse a folder that has lost its users.py: a repository around it is another one."""
    if not (root / USERS_FILE).exists():
        raise refuse(str(root), f"there is no {USERS_FILE} any more", f"put {USERS_FILE} back: it is checked then")
