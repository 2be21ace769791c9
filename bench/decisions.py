"""What a decision of the evaluator takes, and a matrix of all known actions, held against the most that it may take."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from statistics import median

from bench.measure import output
from bench.table import Row
from bench.workplace import PROJECT, Workplace

EVALUATOR = PROJECT / "bench" / "evaluator.py"
POLICIES = {"ReadOnlyAccess": "ReadOnlyAccess", "Administrator": "AdministratorAccess and 100 statements"}
_DECISION, _MATRIX = 1 / 20_000, 0.010
MEASURES: Mapping[str, tuple[str, float]] = {
    "first": ("decision, each action asked first ÷ 1/20,000 s", _DECISION),
    "again": ("decision, asked again ÷ 1/20,000 s", _DECISION),
    "matrix": ("matrix of all actions, asked first ÷ 10 ms", _MATRIX),
    "matrix again": ("matrix of all actions, asked again ÷ 10 ms", _MATRIX),
}
"""By the keys of what `bench/evaluator.py` prints: what was measured, and the most seconds that it may take."""


def rows(place: Workplace, runs: int, on_next: Callable[[str], None]) -> Iterator[Row]:
    """Run the evaluator so many times, each time in a new process; yield a row of medians for each measure.

    `on_next` is called with what is measured next.
    """
    for policies, shown in POLICIES.items():
        on_next(f"decisions on {shown}")
        results = [json.loads(output(place.python(str(EVALUATOR), policies))) for _ in range(runs)]
        for key, (measure, most) in MEASURES.items():
            took = median(float(result[key]) for result in results)
            yield Row(f"{shown}: {measure}", runs, took, most, took / most, 1, cpu=took, wall=None)
