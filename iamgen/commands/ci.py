"""`iamgen ci`: the files of a CI service, made or held against those that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iamgen.clock import now
from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError
from iamgen.jinja.ci import MADE, ci_files
from iamgen.jinja.ci_jobs import Provider
from iamgen.release.repository import open_repository
from iamgen.ui.console import Console
from iamgen.ui.files import write_all


@dataclass(frozen=True)
class Making:
    """Which CI services to make files for; `only_check` writes none."""

    root: Path
    providers: tuple[Provider, ...]
    only_check: bool = False


def ci(wanted: Making, console: Console) -> int:
    """Write the files at the top of the git repository, or look whether they are as they would be; return 0.

    Raises IamgenError when one that is there was not made by iamgen, and, only checking, when one is not as it would
    be.
    """
    loaded = load(wanted.root, now())
    for warning in loaded.warnings:
        console.warning(warning)
    declaration = loaded.declaration
    repository = open_repository(wanted.root)
    folder = repository.folder.rstrip("/")
    top = repository.git.folder
    files: dict[str, str] = {}
    for provider in dict.fromkeys(wanted.providers):
        files |= ci_files(wanted.root, declaration, provider, folder)
    there = {path: _read(top / path) for path in files}
    faults = list(_stale(files, there, wanted) if wanted.only_check else _foreign(there))
    if faults:
        raise IamgenError(faults)
    if not wanted.only_check:
        write_all({top / path: text for path, text in files.items() if there[path] != text})
        for path in files:
            console.note(f"{path}: {'as it was' if there[path] == files[path] else 'written'}")
    return 0


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""  # whatever it is, it is not ours


def _stale(files: Mapping[str, str], there: Mapping[str, str | None], wanted: Making) -> Iterator[Fault]:
    for path, text in files.items():
        if there[path] != text:
            what = "is not there" if there[path] is None else "is not what users.py and the templates give"
            yield Fault(path, what, f"iamgen ci {' '.join(wanted.providers)}, and commit it")


def _foreign(there: Mapping[str, str | None]) -> Iterator[Fault]:
    for path, text in there.items():
        if text is not None and not text.startswith(MADE):
            yield Fault(path, "is there already, and iamgen did not make it", "move it away, or into another file")
