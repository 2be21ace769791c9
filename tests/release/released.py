"""Plan and make releases of a clone, and expect refusals, for tests of releases."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from iamgen.errors import Fault, IamgenError
from iamgen.release.releasing import Release, planned, publish
from iamgen.release.repository import open_repository

World = Any
Clone = Any


def plan(clone: Clone, asked: str = "bugfix", **options: Any) -> Release:
    folder = clone.folder / options.pop("folder", "")
    return planned(open_repository(folder), asked, options.pop("main", None), options.pop("remote", None))


def make_release(clone: Clone, asked: str = "bugfix", **options: Any) -> Release:
    release = plan(clone, asked, **options)
    assert not release.is_there
    publish(release, f"{release.version}\n\n#1 in brief\n")
    return release


def refusal(clone: Clone, asked: str = "bugfix", **options: Any) -> tuple[Fault, ...]:
    before = clone.git("for-each-ref", "refs/tags", "refs/heads")
    with pytest.raises(IamgenError) as caught:
        make_release(clone, asked, **options)
    assert clone.git("for-each-ref", "refs/tags", "refs/heads") == before
    return caught.value.faults


def hook(folder: Path, name: str, script: str) -> None:
    place = folder / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
