"""The benchmarks measure what they say they do. No test here looks at how long anything took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from iamgen.access.principals import request_of, verdict_on
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.jinja.policy import documents
from iamgen.synth.build import build
from iamgen.synth.template_text import text

PROJECT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIB = 1 << 20

Bench = Callable[[str], Any]

pytestmark = pytest.mark.long


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Return what imports a module of bench/, which is not installed."""
    monkeypatch.syspath_prepend(PROJECT)
    return lambda name: import_module(f"bench.{name}")


@pytest.fixture
def command(bench: Bench, tmp_path: Path) -> Callable[..., Any]:
    """Return what makes a command of Python code, to be measured."""
    return lambda *code: bench("measure").Command((sys.executable, "-c", *code), tmp_path, os.environ)


def test_the_script_by_hand_builds_what_iamgen_builds() -> None:
    declaration = load(PROJECT, NOW).declaration
    own = documents(PROJECT, declaration)
    by_hand = subprocess.run(
        [sys.executable, PROJECT / "bench" / "bare.py"], capture_output=True, text=True, check=True
    )
    assert json.loads(by_hand.stdout) == json.loads(text(build(declaration, declaration.accounts["dev"], own)))


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_repositories_are_faultless_and_fit_the_quotas(size: int, bench: Bench, tmp_path: Path) -> None:
    loaded = load(bench("repository").write(tmp_path / "made", size), NOW)
    declaration, accounts = loaded.declaration, list(loaded.declaration.accounts.values())
    assert (len(accounts), len(declaration.people), loaded.warnings) == (size, bench("repository").PEOPLE, ())
    assert any(item.until for item in declaration.granted)
    for account in {accounts[n].name: accounts[n] for n in (0, 1, 2, size // 2, -1)}.values():
        build(declaration, account, documents(tmp_path, declaration))  # which refuses what does not fit


def test_what_an_account_holds_does_not_grow_with_the_repository(bench: Bench, tmp_path: Path) -> None:
    small, large = (load(bench("repository").write(tmp_path / str(n), n), NOW).declaration for n in (10, 100))

    def rendered(declaration: Declaration, name: str) -> str:
        return text(build(declaration, declaration.accounts[name], documents(tmp_path, declaration)))

    for name in ("p001-dev", "p001-prod"):
        assert rendered(small, name) == rendered(large, name)


def test_two_commands_take_turns(bench: Bench, command: Callable[..., Any], tmp_path: Path) -> None:
    note = "import sys; open('turns', 'a').write(sys.argv[1])"
    pairs = bench("measure").interleaved(command(note, "a"), command(note, "b"), 3)
    assert (tmp_path / "turns").read_text() == "ab" + "ababab"
    assert (len(pairs.a), len(pairs.b)) == (3, 3)


def test_ratio_is_the_median_of_the_pairs(bench: Bench) -> None:
    measure = bench("measure")
    a, b = ([measure.Run(wall, 0.0, 0) for wall in walls] for walls in ((2, 30, 4), (1, 10, 1)))
    assert measure.Pairs(a, b).ratio == 3


def test_what_fails_is_not_measured(bench: Bench, command: Callable[..., Any]) -> None:
    with pytest.raises(bench("measure").FailedError, match="ended with 1:\nno such thing"):
        bench("measure").run(command("raise SystemExit('no such thing')"))


def test_processor_time_counts_children(bench: Bench, command: Callable[..., Any]) -> None:
    busy = "import os, time\nif not os.fork():\n while time.process_time() < 0.3: pass\nelse: os.wait()"
    assert bench("measure").run(command(busy)).cpu >= 0.3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what processes have in common")
def test_memory_in_common_counts_once(tmp_path: Path) -> None:
    """Measured from a small process: a started one is charged with what its parent had (Linux's ru_maxrss)."""
    family = (
        "import os, time\nheld = b'x' * (100 << 20)\n"
        "for _ in range(2):\n if not os.fork():\n  {own}; time.sleep(2); os._exit(0)\nos.wait(), os.wait()"
    )
    measured = (
        "import os, sys\nfrom pathlib import Path\nfrom bench.measure import Command, run\n"
        "for code in sys.argv[1:]:\n"
        " print(run(Command((sys.executable, '-c', code), Path.cwd(), os.environ), look=True).peak)"
    )
    codes = [family.format(own=own) for own in ("pass", "own = b'y' * (100 << 20)")]
    done = subprocess.run(
        [sys.executable, "-c", measured, *codes],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shared, separate = map(int, done.stdout.split())
    assert 100 * MIB < shared < 200 * MIB < 300 * MIB < separate < 400 * MIB


def test_repeats_as_often_as_fits(bench: Bench) -> None:
    measure = bench("measure")
    for took, times in ((0.1, 7), (10.0, 3), (31.0, 1)):
        assert len(measure.within(30.0, 7, lambda took=took: measure.Run(took, took, 0))) == times


def test_table_says_what_holds(bench: Bench) -> None:
    row, table = bench("table").Row, bench("table").table
    common = {"runs": 7, "a": 1.5, "b": 1.0, "cpu": 1.25, "wall": 1.5}
    printed = table(
        [
            row("slow", ratio=1.5, bound=1.4, **common),
            row("quick", ratio=1.5, bound=1.5, **common),
            row("free", ratio=None, bound=None, peak=64 * MIB, **common),
        ]
    )
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines()]
    assert cells[2] == ["slow", "7", "1.50 s", "1.00 s", "1.50", "1.4", "no", "1.50 s", "1.25 s", ""]
    assert [cells[3][6], *cells[4][4:7], cells[4][9]] == ["yes", "", "", "", "64 MiB"]
    assert len({len(line) for line in printed.splitlines()}) == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0.0000123, "12.3 µs"), (0.00123, "1.23 ms"), (0.0617, "61.7 ms"), (0.5, "500 ms"), (75.25, "75.2 s")],
)
def test_times_have_three_digits(value: float | None, shown: str, bench: Bench) -> None:
    assert bench("table").seconds(value) == shown


def test_prints_one_table_and_saves_it(tmp_path: Path) -> None:
    saved = tmp_path / "table.md"
    argv = [sys.executable, "-m", "bench", "--only", "help", "--only", "render", "--runs", "1", "--save", str(saved)]
    done = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == saved.read_text(encoding="utf-8")
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert [line.split("|")[2].strip() for line in lines] == ["runs", lines[1].split("|")[2], "1", "1"]
    assert done.stderr.splitlines() == [line.split("|")[1].strip() for line in lines[2:]]


@pytest.mark.parametrize("policies", ["ReadOnlyAccess", "Administrator"])
def test_the_evaluator_is_asked_about_every_action(policies: str, bench: Bench) -> None:
    """The figures are of answers that are right: each policy allows some actions and denies others."""
    evaluator = bench("evaluator")
    figures = evaluator.measured(policies)
    assert set(figures) == set(bench("decisions").MEASURES)
    assert all(seconds > 0 for seconds in figures.values())
    caller = evaluator.caller(policies)
    outcomes = {
        action: verdict_on(caller, request_of(caller, action, "arn:aws:s3:::bucket-7/key")).outcome
        for action in ("s3:GetObject", "s3:Delete7", "s3:GetBucketTagging", "iam:CreateUser")
    }
    allowed = {action for action, outcome in outcomes.items() if outcome == "allowed"}
    reading = {"s3:GetObject", "s3:GetBucketTagging"}
    assert allowed == (reading if policies == "ReadOnlyAccess" else set(outcomes))
    assert len(caller.entity.policies) == (1 if policies == "ReadOnlyAccess" else 2)


def test_decisions_are_rows_of_the_table(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    decisions, messages = bench("decisions"), list[str]()
    figures = dict.fromkeys(decisions.MEASURES, 0.00002)
    monkeypatch.setattr(decisions, "output", lambda _command: json.dumps(figures))
    with bench("workplace").workplace() as place:
        rows = list(decisions.rows(place, 3, messages.append))
    assert len(rows) == len(decisions.POLICIES) * len(decisions.MEASURES)
    assert messages == [f"decisions on {shown}" for shown in decisions.POLICIES.values()]
    assert all(row.holds and row.a == 0.00002 for row in rows)
    assert (rows[0].ratio, rows[2].ratio) == (pytest.approx(0.4), pytest.approx(0.002))


def test_an_organization_is_faultless_and_has_people_in_proportion(bench: Bench, tmp_path: Path) -> None:
    loaded = load(bench("repository").write_organization(tmp_path / "made", 20), NOW)
    declaration = loaded.declaration
    people = bench("repository").PEOPLE_PER_ACCOUNT * 20
    assert (len(declaration.accounts), len(declaration.people), loaded.warnings) == (20, people, ())
    for account in declaration.accounts.values():
        build(declaration, account, documents(tmp_path, declaration))


def test_differences_are_rows_of_the_table(bench: Bench) -> None:
    differences, announced = bench("differences"), list[str]()
    with bench("workplace").workplace() as place:
        rows = list(differences.rows(place, 1, announced.append))
        old, new = (place.folder / name for name in ("old.json", "new.json"))
        output = bench("measure").output(place.iamgen("diff", "--policy", str(old), str(new)))
        assert differences.LARGEST - 300 < len(old.read_text()) <= differences.LARGEST
    assert [row.label for row in rows] == [f"{label} ÷ 1 s" for label in announced]
    assert output.startswith("No change of access: proven for ")


def test_the_largest_organization_has_bounds_of_its_own(bench: Bench) -> None:
    questions, measure = bench("questions"), bench("measure")
    runs = (measure.Run(30.0, 29.0, 512 * MIB),)
    rows = list(questions._bounded("`diff HEAD`, {} accounts: per account", 1000, runs))
    assert [(row.label, row.ratio, row.bound) for row in rows] == [
        ("`diff`, 1,000 accounts ÷ 60 s", 0.5, 1),
        ("`diff`, 1,000 accounts: memory ÷ 1,024 MiB", 0.5, 1),
    ]
    assert list(questions._bounded("`can --questions`, {} lines: per line", 1000, runs)) == []


def test_questions_are_rows_of_the_table(bench: Bench) -> None:
    announced = list[str]()
    with bench("workplace").workplace() as place:
        rows = list(bench("questions").rows(place, (4, 8), (4, 8), announced.append))
        answers = bench("measure").output(place.iamgen("can", "--questions", str(place.folder / "questions-8.jsonl")))
    assert announced == [row.label.partition(": per")[0] for row in rows]
    assert [row.label.partition("÷ of ")[2] for row in rows] == ["", "4", "", "4", "", "4"]
    assert all(row.a > 0 and row.peak for row in rows)
    assert {json.loads(line)["answer"] for line in answers.splitlines()} == {"yes", "no"}


def mutation_run(mutants: Any, tests: str, monkeypatch: pytest.MonkeyPatch, project: Path) -> int:
    """Mutate a project of a single function, `older`, with these tests; return the exit code."""
    files = {
        "iamgen/__init__.py": "",
        "iamgen/ages.py": "def older(a: int, b: int) -> bool:\n    return a > b\n",
        "tests/test_ages.py": f"from iamgen.ages import older\n\n\ndef test_older() -> None:\n    assert {tests}\n",
        "setup.cfg": "[tool:pytest]\naddopts = --import-mode=importlib\n",
    }
    files |= dict.fromkeys(("bench/x", "templates/x", "users.py", "CONST.inc", "pyproject.toml"), "")
    for name, text_of_file in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text_of_file)
    monkeypatch.setattr(mutants, "PROJECT", project)
    monkeypatch.setattr(mutants, "COPIES", project / ".mutants")
    monkeypatch.setattr(mutants, "ROOMS", {"ages": mutants.Room(("iamgen/ages.py",), ("tests",))})
    return int(mutants.main(["ages", "--processes", "1"]))


def test_what_no_test_notices_is_counted_and_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mutants = bench("mutants")
    assert mutation_run(mutants, "older(2, 1)", monkeypatch, tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split() == ["ages", "1", "0", "0", "1", "0", "0", "0", "%"]
    assert shown.err == "survived: iamgen.ages.x_older__mutmut_1\n"
    assert mutation_run(mutants, "older(2, 1) and not older(1, 1)", monkeypatch, tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split() == ["ages", "1", "1", "0", "0", "0", "0", "100", "%"]
    assert shown.err == ""


def test_mutants_say_nothing_where_the_tests_fail_without_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mutation_run(bench("mutants"), "older(1, 2)", monkeypatch, tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[1].split()[-4:] == ["1", "none", "was", "run"]
