"""Mutmut in an order that serves a run of a few minutes; `bench.mutants` starts it in the copy of a room.

Mutmut begins with the mutants of the quickest tests, so that a run that is stopped would have been about the simplest
functions alone. Here mutants are mixed, in the same way each time. Of a mutant's tests, which come quickest first, a
few are run by themselves: most mutants fail there, and collecting a thousand tests takes longer than running fifty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from unittest.mock import patch

import mutmut.__main__ as program
from mutmut.runners.harness import PytestRunner

FIRST = 50
_run_tests = PytestRunner.run_tests


def _mixed(mutant: str) -> float:
    return int.from_bytes(hashlib.sha256(mutant.encode()).digest())


def _in_stages(runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    ordered = list(tests)
    code = _run_tests(runner, mutant_name=mutant_name, tests=ordered[:FIRST])
    return code or (_run_tests(runner, mutant_name=mutant_name, tests=ordered[FIRST:]) if ordered[FIRST:] else 0)


if __name__ == "__main__":
    with (
        patch.object(program, "estimated_worst_case_time", _mixed),
        patch.object(PytestRunner, "run_tests", _in_stages),
    ):
        program.cli()
