"""What users.py finds around it while it runs: the modules beside it, and a stdout that is not for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import ModuleType

_STDOUT, _STDERR = 1, 2


@contextmanager
def modules_beside(file: Path, module: ModuleType) -> Iterator[None]:
    """Let users.py import modules that lie beside it, leaving no trace of them in this process or on disk.

    A file beside it comes before one of that name in the current folder or an installed one: it is part of the
    commit that is looked at. Only the standard library comes first.
    """
    folders = list(dict.fromkeys((str(file.parent), str(file.resolve().parent))))  # it may be a link
    before, path, bytecode, here = dict(sys.modules), list(sys.path), sys.dont_write_bytecode, _here()
    sys.path[:] = _with(folders, path, here)
    sys.dont_write_bytecode = True
    sys.modules[module.__name__] = module  # dataclasses look there for names
    try:
        yield
    finally:
        come = set(sys.modules.items()) - set(before.items())
        for name in [name for name, one in come if one is module or _lies_in(folders, one)]:
            del sys.modules[name]
        sys.path[:], sys.dont_write_bytecode = path, bytecode
        if here:
            os.chdir(here)  # what the command line names is relative to it
        sys.modules.update({name: one for name, one in before.items() if name == module.__name__})


def _with(folders: list[str], path: list[str], here: Path | None) -> list[str]:
    """Return where modules are looked for: never in the current folder, which may be another commit's."""
    standard = str(Path(os.__file__).parent)  # sysconfig knows it too, and takes 2 ms to load
    first = [one for one in path if one == standard or Path(one).name == "lib-dynload"]
    others = [one for one in path if one not in first and one and (here is None or Path(one).resolve() != here)]
    return [*first, *folders, *others]


def _lies_in(folders: list[str], module: ModuleType) -> bool:
    """Whether a module, or a package that is but a folder, comes from there."""
    places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
    starts = tuple(f"{one}/" for one in folders)
    return any(isinstance(one, str) and one.startswith(starts) for one in places)


def _here() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it is gone
        return None


@contextmanager
def stdout_aside() -> Iterator[None]:
    """Send to stderr what users.py prints, and what programs print that it runs: stdout is for the product."""
    with _descriptor_aside(), redirect_stdout(sys.stderr):
        yield


@contextmanager
def _descriptor_aside() -> Iterator[None]:
    _flush()
    try:
        kept = os.dup(_STDOUT)
    except OSError:  # it is closed
        yield
        return
    try:
        with suppress(OSError):  # stderr is closed
            os.dup2(_STDERR, _STDOUT)
        yield
    finally:
        _flush()
        os.dup2(kept, _STDOUT)
        os.close(kept)


def _flush() -> None:
    for stream in (sys.stdout, sys.__stdout__):
        if stream is not None:
            with suppress(OSError, ValueError):  # who read it has gone, or it is closed
                stream.flush()
