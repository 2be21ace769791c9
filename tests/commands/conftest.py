"""What tests of commands need: the program, with what cfn-lint found in other tests remembered."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Iamgen = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def at(iamgen: Iamgen, lint_cache: str) -> Iamgen:
    """Return what runs the program, as `iamgen` does."""

    def run(cwd: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return iamgen(cwd, *args, **{"XDG_CACHE_HOME": lint_cache, **env})

    return run
