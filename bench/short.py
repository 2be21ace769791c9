"""What somebody waits for at a prompt: one process of iamgen's against one of another's, by turns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench.measure import Command, FailedError, cpu, interleaved, output, wall
from bench.table import Row
from bench.workplace import PROJECT, Workplace

BARE = PROJECT / "bench" / "bare.py"


class Comparison(NamedTuple):
    """Two commands to run by turns, and the bound on A's time over B's."""

    label: str
    bound: float
    a: Command
    b: Command


def start_up(place: Workplace) -> Comparison:
    """Return the comparison of `--help` with what it cannot do without."""
    return Comparison("`--help` ÷ `import click`", 1.6, place.iamgen("--help"), place.python("-c", "import click"))


def rendering(place: Workplace) -> Comparison:
    """Return the comparison of a render with a script by hand. Raises FailedError unless both make the same."""
    a, b = place.iamgen("render", "dev", "--no-lint"), place.python(str(BARE))
    if json.loads(output(a)) != json.loads(output(b)):
        raise FailedError("bench/bare.py does not build what iamgen builds: bring it up to date with the example")
    return Comparison("`render dev --no-lint` ÷ bare troposphere", 2, a, b)


def linting(place: Workplace) -> Comparison:
    """Return the comparison of a linted render with cfn-lint's own command."""
    template = place.folder / "dev.json"
    template.write_text(output(place.iamgen("render", "dev", "--no-lint")), encoding="utf-8")
    a, b = place.iamgen("render", "dev", "--no-cache"), place.cfn_lint(str(template))
    return Comparison("`render dev --no-cache` ÷ `cfn-lint dev.json`", 1.2, a, b)


def remembering(place: Workplace) -> Comparison:
    """Return the comparison of a second linted render with one that is not linted."""
    a, b = place.iamgen("render", "dev"), place.iamgen("render", "dev", "--no-lint")
    output(a)  # the first one
    return Comparison("`render dev`, again ÷ `render dev --no-lint`", 1.5, a, b)


def introducing(place: Workplace) -> Comparison:
    """Return the comparison of a person's links with the parsing of a command line, which both begin with."""
    return Comparison(
        "`bootstrap --user bob` ÷ `--help`",
        2,
        place.iamgen("bootstrap", "--user", "bob", "--dry-run"),
        place.iamgen("--help"),
    )


COMPARISONS: Mapping[str, Callable[[Workplace], Comparison]] = {
    "help": start_up,
    "render": rendering,
    "lint": linting,
    "again": remembering,
    "bootstrap": introducing,
}


def row(compared: Comparison, runs: int) -> Row:
    """Run both by turns, so many times each, and return the medians."""
    pairs = interleaved(compared.a, compared.b, runs)
    a, b = wall(pairs.a), wall(pairs.b)
    return Row(compared.label, runs, a, b, pairs.ratio, compared.bound, wall=a, cpu=cpu(pairs.a))
