"""`python -m bench`: measure, and print one table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import decisions, differences, questions, scale, short
from bench.measure import FailedError
from bench.memory import EVERY
from bench.repository import PEOPLE
from bench.table import Row, table
from bench.workplace import Workplace, workplace

_COMPARISONS = {**short.COMPARISONS, "can": questions.asking}
_LINES = (*_COMPARISONS, "decisions", "differences", "questions", "scale")
_EXPLAINED = f"""\

A and B: medians of whole processes, run by turns (A B A B), the first of each not counted; A ÷ B: median of each
pair's ratio. Of `render --all`, with {PEOPLE} people in each repository, A is the time per account, B that in the
repository before it, each run as often as fits into {scale.BUDGET:g} s, at least once; there A ÷ B is of medians.
Of decisions, A is the processor's time of one of the 22,000 or so (of the whole matrix, where it says so), B what it
may take at most; each run is a process of its own.
On a machine with other things to do, user + sys says more than wall does.
Peak: the larger of the largest process's own (ru_maxrss) and of what all of iamgen's processes had at one moment,
pages in common counted once (Pss, looked at every {EVERY} s; Linux only).
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what the options name; return 0, also where a bound does not hold, or 1 where a process failed.

    What was measured before a failure is printed all the same.
    """
    options, rows, code = _options(argv), list[Row](), 0
    before = _circumstances()
    try:
        with workplace() as place:
            rows.extend(_rows(place, options))
    except FailedError as exc:
        _say(f"error: {exc}")
        code = 1
    report = f"{table(rows)}{_EXPLAINED}{before}\n"
    sys.stdout.write(report)
    if options.save:
        options.save.write_text(report, encoding="utf-8")
    return code


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure iamgen and print one table.")
    parser.add_argument(
        "--quick", action="store_true", help="leave out 1,000 accounts and files of questions, which take minutes"
    )
    parser.add_argument("--runs", type=_positive, default=7, metavar="N", help="of each command (default: %(default)s)")
    parser.add_argument("--only", choices=_LINES, action="append", help="this line only; may be repeated")
    parser.add_argument("--save", type=Path, metavar="FILE", help="also write the table there, as Markdown")
    return parser.parse_args(argv)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs: 1 or more")
    return int(text)


def _rows(place: Workplace, options: argparse.Namespace) -> Iterator[Row]:
    lines = options.only or _LINES
    for name, make in _COMPARISONS.items():
        if name in lines:
            comparison = make(place)
            _say(comparison.label)
            yield short.row(comparison, options.runs)
    if "decisions" in lines:
        yield from decisions.rows(place, options.runs, _say)
    if "differences" in lines:
        yield from differences.rows(place, options.runs, _say)
    if "questions" in lines:
        quick = options.quick
        yield from questions.rows(
            place, questions.SIZES[: 2 if quick else None], () if quick else questions.FILES, _say
        )
    if "scale" in lines:
        sizes = scale.SIZES[:-1] if options.quick else scale.SIZES
        yield from scale.rows(place, sizes, options.runs, _say)


def _circumstances() -> str:
    """Return what else the numbers depend on; the load is that before anything was run."""
    load = f", load {os.getloadavg()[0]:.1f} before it began"
    return f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors{load}."


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
