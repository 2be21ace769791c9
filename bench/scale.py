"""What becomes of time and memory when there are ten times as many accounts, and ten times as many again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import repository
from bench.measure import FailedError, Run, cpu, output, peak, run, wall, within
from bench.short import Comparison
from bench.short import row as compared_row
from bench.table import Row
from bench.workplace import Workplace

SIZES = (10, 100, 1000)
"""Accounts."""
_BOUND = {1000: 1.3}  # on the time per account there, over that at the size before it
_CHECKS = 3  # runs of each
BUDGET = 60.0
"""Seconds: what takes longer is run once, what is shorter as often as fits."""


@dataclass(frozen=True)
class Mode:
    """One way to render everything; `forgets` when it starts from an empty cache each time."""

    label: str
    options: tuple[str, ...] = ()
    forgets: bool = False


MODES = (Mode("--no-lint", ("--no-lint",)), Mode("linted, cache empty", forgets=True), Mode("linted, from the cache"))
"""In this order: the last one finds in the cache what the one before it has left there."""


def rows(place: Workplace, sizes: Sequence[int], runs: int, on_next: Callable[[str], None]) -> Iterator[Row]:
    """Render repositories of these sizes in every mode, at most `runs` times each; yield a row for each.

    `on_next` is called with what is run next.
    """
    repositories = {size: repository.write(place.folder / f"accounts-{size}", size) for size in sizes}
    output(place.iamgen("render", "--all", "-o", str(place.folder / "warm"), cwd=repositories[sizes[0]], home="warm"))
    for mode in MODES:
        before: tuple[int, float] | None = None
        for size, folder in repositories.items():
            on_next(f"render --all, {size} accounts, {mode.label}")
            runs_of_size = within(BUDGET, runs, partial(_once, place, mode, size, folder))
            yield _row(mode, size, runs_of_size, before)
            before = size, wall(runs_of_size) / size
    for size, folder in list(repositories.items())[1:]:
        on_next(f"check, {size} accounts")
        yield _checked(place, size, folder, min(runs, _CHECKS))


def _checked(place: Workplace, size: int, folder: Path, runs: int) -> Row:
    """Return the time of a check, cfn-lint apart, against that of a rendering of the same."""
    home, out = f"accounts-{size}", place.folder / "out"
    a = place.iamgen("check", "--no-lint", cwd=folder, home=home)
    b = place.iamgen("render", "--all", "--no-lint", "-o", str(out), cwd=folder, home=home)
    label = f"`check --no-lint` ÷ `render --all --no-lint`, {size} accounts"
    return compared_row(Comparison(label, 3, a, b), runs)


def _once(place: Workplace, mode: Mode, size: int, folder: Path) -> Run:
    """Render all into a new folder; raise FailedError unless every template is there."""
    home, out = f"accounts-{size}", place.folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    if mode.forgets:
        shutil.rmtree(place.home(home))
    took = run(place.iamgen("render", "--all", "-o", str(out), *mode.options, cwd=folder, home=home), look=True)
    written = len(list(out.glob("*/infra.json")))
    if written != size:
        raise FailedError(f"{written} templates of {size} accounts were written")
    return took


def _row(mode: Mode, size: int, runs: Sequence[Run], before: tuple[int, float] | None) -> Row:
    """Return the time per account, against that of the size before, which is its number of accounts and its time."""
    each = wall(runs) / size
    label = f"`render --all`, {size} accounts, {mode.label}: per account"
    b, ratio = None, None
    if before:
        label, b, ratio = f"{label} ÷ in {before[0]}", before[1], each / before[1]
    return Row(label, len(runs), each, b, ratio, _BOUND.get(size), cpu(runs), wall(runs), peak(runs))
