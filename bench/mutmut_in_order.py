"""Mutmut in an order that serves a run of a few minutes; `bench.mutants` starts it in the copy of a room.

Mutmut begins with the mutants of the quickest tests, so that a run that is stopped would have been about the simplest
functions alone. Here mutants are mixed, in the same way each time. Of the tests of a mutant the quickest come first:
the first that fails ends them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from unittest.mock import patch

import mutmut.__main__ as program
from mutmut.runners.harness import PytestRunner
from mutmut.state import state

_arguments = PytestRunner._pytest_args_regular_run  # there is no other way to say which comes first


def _mixed(mutant: str) -> float:
    return int.from_bytes(hashlib.sha256(mutant.encode()).digest())


def _quickest_first(runner: PytestRunner, tests: Iterable[str]) -> list[str]:
    durations = state().duration_by_test
    return _arguments(runner, sorted(tests, key=lambda test: (durations.get(test, 0), test)))


if __name__ == "__main__":
    with (
        patch.object(program, "estimated_worst_case_time", _mixed),
        patch.object(PytestRunner, "_pytest_args_regular_run", _quickest_first),
    ):
        program.cli()
