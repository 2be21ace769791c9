"""Prepare what users.py has around it in its own process: its folder, and the modules beside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType


def settle(file: Path, module: ModuleType) -> None:
    """Prepare this process, for good, for running `file` as `module`.

    It runs in the file's folder, so that what it opens by a relative name is of the revision that is looked at. A
    module beside it comes before one of that name in the folder where iamgen was started or an installed one; only
    the standard library comes first. No bytecode is written beside it.
    """
    folders = list(dict.fromkeys((str(file.parent), str(file.resolve().parent))))  # the path may be a link
    sys.path[:] = _search_path(folders, _current_folder())
    sys.dont_write_bytecode = True
    sys.modules[module.__name__] = module  # dataclasses look there for names
    os.chdir(file.parent)
    os.environ["PWD"] = str(file.parent)  # which shells and programs ask before the system


def _search_path(folders: list[str], started_in: Path | None) -> list[str]:
    """Return where modules are looked for: never where iamgen was started, which may be another revision."""
    standard = str(Path(os.__file__).parent)  # sysconfig knows it too, and takes 2 ms to load
    first = [place for place in sys.path if place == standard or Path(place).name == "lib-dynload"]
    rest = [
        str(Path(place).absolute()) if started_in else place
        for place in sys.path
        if place and place not in first and (started_in is None or Path(place).resolve() != started_in)
    ]
    return [*first, *folders, *rest]


def _current_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it is gone
        return None
