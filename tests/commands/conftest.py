"""What tests of commands need: the program, with what cfn-lint found in other tests remembered."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iamgen.ui.console import Console
from tests.published_schemas import require_published

Iamgen = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def at(iamgen: Iamgen, lint_cache: str) -> Iamgen:
    """Return what runs the program, as `iamgen` does."""

    def run(cwd: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        return iamgen(cwd, *args, **{"XDG_CACHE_HOME": lint_cache, **env})

    return run


IN_PROCESS = {
    "iamgen.commands.deploy": "deployment",
    "iamgen.commands.deploy_cancel": "cancellation",
    "iamgen.commands.deploy_stack_set": "stack-set",
    "iamgen.commands.drift": "drift",
}
"""Modules of commands that tests call in their own process, and the schema of what each of them prints as JSON."""


@pytest.fixture(autouse=True)
def printed_as_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold what commands print as JSON in this process against the schema that is published for it."""
    product = Console.product

    def checked(console: Console, text: str) -> None:
        schema = IN_PROCESS.get(sys._getframe(1).f_globals["__name__"])
        if schema:
            require_published(schema, text)
        product(console, text)

    monkeypatch.setattr(Console, "product", checked)
