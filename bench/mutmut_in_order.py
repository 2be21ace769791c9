"""Mutmut in an order that serves a run of a few minutes; `bench.mutants` starts it in the copy of a room.

Mutmut begins with the mutants of the quickest tests, so that a run that is stopped would have been about the simplest
functions alone. Here mutants are mixed, in the same way each time. Of a mutant's tests, which come quickest first, a
few are run by themselves: most mutants fail there, and collecting a thousand tests takes longer than running fifty.

Mutmut sees which functions a test comes by in its own process alone. Those that run in a process that a test forks, as
users.py does, are counted here, too. A function that no test seems to come by gets all tests; any may notice it. Each
mutant begins as a fork of a process that ran all tests, whose caches are emptied: they have what the code that is not
mutated answered. Of a property that does not hold, no smaller example is looked for.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from functools import _lru_cache_wrapper
from tempfile import TemporaryFile
from typing import Any
from unittest.mock import patch

import hypothesis
import mutmut.__main__ as program
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.workers.isolation import MutantRunner

FIRST = 50
_run_tests, _collect_stats = PytestRunner.run_tests, program.collect_or_load_stats


class _TestsByFunction(dict[str, set[str]]):
    """The tests that come by each function; all tests for a function that none comes by."""

    def get(self, function: str, _default: object = None) -> set[str]:
        return self[function]

    def __missing__(self, _function: str) -> set[str]:
        return set(state().duration_by_test)


class _Hits(set[str]):
    """The functions that the test of the moment comes by, also those in processes that it forks.

    A forked process writes the names of its functions to a file that it shares with this process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._process = os.getpid()
        self._of_forks = TemporaryFile("a+b", buffering=0)  # noqa: SIM115  # as long as the run

    def add(self, function: str, /) -> None:
        if os.getpid() != self._process and function not in self:
            self._of_forks.write(f"{function}\n".encode())
        super().add(function)

    def __iter__(self) -> Iterator[str]:
        self._of_forks.seek(0)
        return iter(set(super().__iter__()) | set(self._of_forks.read().decode().split()))

    def clear(self) -> None:
        self._of_forks.truncate(0)
        super().clear()


def _mixed(mutant: str) -> float:
    return int.from_bytes(hashlib.sha256(mutant.encode()).digest())


def _empty_caches() -> None:
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == "iamgen":
            for value in tuple(vars(module).values()):
                if isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()


def _in_stages(runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    _empty_caches()
    ordered = list(tests)
    code = _run_tests(runner, mutant_name=mutant_name, tests=ordered[:FIRST])
    return code or (_run_tests(runner, mutant_name=mutant_name, tests=ordered[FIRST:]) if ordered[FIRST:] else 0)


def _stats_with_forks(runner: MutantRunner, **options: Any) -> None:  # noqa: ANN401  # mutmut's own
    state()._stats = _Hits()  # there is no other way to count them
    _collect_stats(runner, **options)
    state().tests_by_mangled_function_name = _TestsByFunction(state().tests_by_mangled_function_name)  # type: ignore[assignment]


def _look_for_no_smaller_examples() -> None:
    """Set what the profile of tests/conftest.py begins with."""
    smaller = {hypothesis.Phase.shrink, hypothesis.Phase.explain}
    phases = [phase for phase in hypothesis.Phase if phase not in smaller]
    hypothesis.settings.register_profile("mutants", phases=phases)
    hypothesis.settings.load_profile("mutants")


if __name__ == "__main__":
    _look_for_no_smaller_examples()
    with (
        patch.object(program, "estimated_worst_case_time", _mixed),
        patch.object(program, "collect_or_load_stats", _stats_with_forks),
        patch.object(PytestRunner, "run_tests", _in_stages),
    ):
        program.cli()
