"""`iamgen ci`: write the files of a CI service, or check that they are up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iamgen.clock import now
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, IamgenError
from iamgen.jinja.ci import MADE, ci_files, spare_files
from iamgen.jinja.ci_commands import installation
from iamgen.jinja.ci_jobs import CiProvider
from iamgen.jinja.ci_next_steps import next_steps
from iamgen.project import Project
from iamgen.release.repository import open_repository
from iamgen.ui.console import Console
from iamgen.ui.files import write_all


@dataclass(frozen=True)
class CiRequest:
    """Which CI services to write files for."""

    root: Path
    """The folder that has users.py."""
    providers: tuple[CiProvider, ...]
    """The CI services."""
    only_check: bool = False
    """Whether to write nothing, and only to compare the files with what would be written."""


def ci(request: CiRequest, console: Console) -> int:
    """Write the files at the top of the git repository, or look whether they are as they would be; return 0.

    Raises IamgenError when one that is there was not made by iamgen, and, only checking, when one is not as it would
    be.
    """
    project = Project.load(request.root, now())
    console.warnings((*project.warnings, *installation(request.root).warnings))
    repository = open_repository(request.root)
    folder = repository.folder.rstrip("/")
    top = repository.git.folder
    files: dict[str, str] = {}
    for provider in dict.fromkeys(request.providers):
        files |= ci_files(request.root, project.declaration, provider, folder)
    existing = {path: _read(top / path) for path in files}
    spare = [path for path in spare_files(request.providers, files) if (_read(top / path) or "").startswith(MADE)]
    stale = (*_stale(files, existing, request), *map(_spare, spare))
    faults = list(stale if request.only_check else _foreign(existing))
    if faults:
        raise IamgenError(faults)
    if not request.only_check:
        write_all({top / path: text for path, text in files.items() if existing[path] != text}, within=top)
        for path in files:
            console.note(f"{path}: {'as it was' if existing[path] == files[path] else 'written'}")
        for path in spare:
            console.note(f"next: delete {path}: users.py does not need this file any more")
        _say_what_is_next(project.declaration, request, console, changed=files != existing)
    return 0


def _say_what_is_next(declaration: Declaration, request: CiRequest, console: Console, *, changed: bool) -> None:
    if changed:
        console.note("next: commit and push what was written")
    for provider in dict.fromkeys(request.providers):
        for step in next_steps(declaration, provider):
            console.note(f"next: {step}")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""  # whatever it is, it is not ours


def _stale(files: Mapping[str, str], existing: Mapping[str, str | None], request: CiRequest) -> Iterator[Fault]:
    for path, text in files.items():
        if existing[path] != text:
            problem = "is not there" if existing[path] is None else "is not what users.py and the templates give"
            yield Fault(path, problem, f"iamgen ci {' '.join(request.providers)}, and commit it")


def _spare(path: str) -> Fault:
    return Fault(path, "exists, but users.py does not need this file any more", "delete it, and commit that")


def _foreign(existing: Mapping[str, str | None]) -> Iterator[Fault]:
    for path, text in existing.items():
        if text is not None and not text.startswith(MADE):
            yield Fault(path, "exists already, and iamgen did not make it", "move it away, or into another file")
