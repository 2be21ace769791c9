"""`python -m bench.mutants`: break the code that decides about access on purpose, and count what no test notices.

Mutmut makes the mutants (`a < b` becomes `a <= b`, an argument becomes None, …) and runs the tests that come by each.
Every room is mutated in a copy of the project under `.mutants/`, which stays. The next run goes on where the last one
stopped: it tries again what survived and whatever has changed, and leaves the rest. To begin anew, remove `.mutants/`.
Mutants are tried in an order that is the same each time and mixes all modules of the room, so that those of a run that
was too short for all of them are a sample of the whole room.

A survivor is worth a look, and need not be worth a test: some change nothing that anybody could see, such as a number
that only bounds a cache. No test can notice those of a function that makes a constant of its module, either: it has run
before the mutant is chosen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

PROJECT = Path(__file__).resolve().parents[1]
COPIES = PROJECT / ".mutants"
_COPIED = ("iamgen", "tests", "bench", "templates", "users.py", "CONST.inc", "pyproject.toml")
_KILLED, _TIMED_OUT, _SURVIVED, _UNTESTED, _NOT_RUN = "killed", "timed out", "survived", "no tests", "not run"
_QUIETLY = ("-p", "no:cacheprovider", "--hypothesis-seed=0")  # the same examples for each mutant
_EXAMPLES = "20"  # of each property: a survivor runs all tests
# What the exit code of a mutant's tests means to mutmut; any other one says that a test noticed.
_MEANING = MappingProxyType(
    {0: _SURVIVED, 5: _UNTESTED, 33: _UNTESTED, None: _NOT_RUN, 2: _NOT_RUN}
    | dict.fromkeys((36, 24, -24, 152, 255), _TIMED_OUT)
)
# A mutant that never ends does not pass the tests either.
_NOTICED = frozenset({_KILLED, _TIMED_OUT})
# It is handed over as text, so that imports begin in the folder of the copy, and not in that of this module.
_MUTMUT = Path(__file__).with_name("mutmut_in_order.py").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Room:
    """What is mutated together, and the quick tests that are to notice."""

    modules: tuple[str, ...]
    """The modules, as patterns of paths in the project."""
    tests: tuple[str, ...]
    """The tests, as folders, files or single tests; only those that call iamgen in their own process can notice."""
    not_these: tuple[str, ...] = ()
    """Tests among those that are left out, because they run other processes, or for many seconds."""


_LOCKOUT = (
    *("access_removal", "administrators", "assuming", "comparison", "deploying_principal", "holders", "kept_roles"),
    *("lockout", "needed_actions", "power", "service_role", "template_change", "undeclared_members"),
)
# Who gets what; not the reading of the files, which knows nothing of access.
_DECLARATION = (
    *("access_entries", "account_ids", "account_selection", "accounts", "assertion_faults", "expiry", "holdings"),
    *("issuers", "kinds", "pipelines", "resolve", "resolved", "role_names", "shared_subjects"),
    *("stack_place", "validate"),
)
# What writes to the files of a person; not what renders a colleague's page, and what finds its sources.
_WORKSTATION = (
    *("aws_reading", "expand", "key", "links", "merge", "preview", "profile_names", "profiles", "section_marks"),
    *("section_options", "sections", "texts", "update"),
)
ROOMS = MappingProxyType(
    {
        "synth": Room(
            ("iamgen/synth/*",),
            ("tests/synth", "tests/golden", "tests/scheme"),
            ("tests/synth/test_bytes.py::test_order_does_not_count",),
        ),
        "access": Room(
            ("iamgen/access/*",),
            (
                "tests/access",
                "tests/iam/test_foreign_templates.py",
                "tests/questions/test_glob_walk.py",
                "tests/questions/test_held_roles.py",
                "tests/questions/test_live.py",
                "tests/questions/test_sources.py",
            ),
            ("tests/access/test_managed.py",),
        ),
        "lockout": Room(
            tuple(f"iamgen/deploy/{name}.py" for name in _LOCKOUT),
            (
                "tests/deploy/test_lockout.py",
                "tests/deploy/test_kept_roles.py",
                "tests/deploy/test_needed_actions.py",
                "tests/deploy/test_access_removal.py",
                "tests/deploy/test_undeclared_members.py",
                "tests/deploy/test_assumers.py",
                "tests/deploy/test_comparison.py",
                "tests/deploy/test_holders.py",
                "tests/deploy/test_power.py",
                "tests/deploy/test_service_role.py",
            ),
            ("tests/deploy/test_lockout.py::test_every_generated_template_is_understood",),
        ),
        "assertions": Room(("iamgen/assertions/*",), ("tests/assertions",)),
        "iam": Room(("iamgen/iam/*",), ("tests/iam",), ("tests/iam/test_intrinsics.py::test_a_loop_bomb_is_bounded",)),
        "declaration": Room(
            ("iamgen/declaration/types/*", *(f"iamgen/declaration/{name}.py" for name in _DECLARATION)),
            ("tests/declaration", "tests/golden/test_golden.py::test_golden"),
            (
                "tests/declaration/test_assertions.py::test_a_users_py_without_assertions_loads_nothing_for_them",
                "tests/declaration/test_constant_line.py",
                "tests/declaration/test_constants.py",
                "tests/declaration/test_mistakes.py::test_a_mistake_gets_this_message[one mistake, 5,000 times]",
                "tests/declaration/test_sandbox.py",
                "tests/declaration/test_source_span.py::test_many_faults_take_no_longer_each",
                "tests/declaration/test_types.py::test_a_type_checker_tells_what_is_wrong",
            ),
        ),
        "workstation": Room(
            tuple(f"iamgen/workstation/{name}.py" for name in _WORKSTATION),
            ("tests/workstation",),
            (
                "tests/workstation/test_expand.py::test_any_text_is_as_envsubst_makes_it",
                "tests/workstation/test_merge.py::test_the_aws_cli_reads_what_was_wanted",
            ),
        ),
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Mutate the rooms one after the other, each within the time limit, and print a table.

    Return 0, also where mutants survive, or 1 where the tests fail as the code is.
    """
    options = _options(argv)
    counts, code = {}, 0
    for name in options.room or ROOMS:
        earlier = dict(_verdicts(COPIES / name))
        copy = _copy(name)
        code |= _mutate(copy, options)
        # what survived earlier and was not reached this time has survived until shown otherwise
        verdicts = {
            mutant: earlier.get(mutant, verdict) if verdict == _NOT_RUN else verdict
            for mutant, verdict in _verdicts(copy)
        }
        counts[name] = Counter(verdicts.values())
        sys.stderr.writelines(f"{verdict}: {mutant}\n" for mutant, verdict in verdicts.items() if _is_open(verdict))
    sys.stdout.write(_table(counts))
    return code


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.mutants", description="Break the code on purpose, and count what no test notices."
    )
    parser.add_argument("room", nargs="*", metavar="ROOM", help=f"one of {', '.join(ROOMS)} (default: all of them)")
    parser.add_argument("--minutes", type=float, default=15, metavar="N", help="a room (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="at a time (default: %(default)s)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="these mutants, such as '*.trust.*'"
    )
    options = parser.parse_args(argv)
    unknown = [name for name in options.room if name not in ROOMS]
    if unknown:
        parser.error(f"{', '.join(unknown)} cannot be mutated; choose from {', '.join(ROOMS)}")
    return options


def _copy(name: str) -> Path:
    """Bring the room's copy of the project up to date and return its folder.

    Templates lie where an installed iamgen has them, too, so that the copy can be imported as it is.
    """
    copy = COPIES / name
    copy.mkdir(parents=True, exist_ok=True)
    for source in _COPIED:
        _replace(PROJECT / source, copy / source)
    _replace(PROJECT / "templates", copy / "iamgen" / "templates")
    _forget(copy)
    settings = f"{(PROJECT / 'setup.cfg').read_text(encoding='utf-8')}\n{_settings(ROOMS[name])}"
    (copy / "setup.cfg").write_text(settings, encoding="utf-8")
    return copy


def _forget(copy: Path) -> None:
    """Remove what mutmut would leave as it was: files that it only copied, which tests come by what, and survivors."""
    mutants = copy / "mutants"
    for path in [path for path in mutants.rglob("*") if path.is_file()]:
        module = path.with_suffix("") if path.suffix == ".meta" else path
        is_mutated = module.with_name(f"{module.name}.meta").is_file()
        if not is_mutated or not (copy / module.relative_to(mutants)).is_file():
            path.unlink()
    for path in mutants.rglob("*.py.meta"):
        verdicts = json.loads(path.read_text(encoding="utf-8"))
        codes = verdicts["exit_code_by_key"]
        codes |= {mutant: None for mutant, code in codes.items() if _MEANING.get(code, _KILLED) not in _NOTICED}
        path.write_text(json.dumps(verdicts), encoding="utf-8")


def _replace(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def _settings(room: Room) -> str:
    """Return the section of setup.cfg that tells mutmut what to mutate, and which tests to run."""
    lists: Mapping[str, Sequence[str]] = {
        "source_paths": ("iamgen",),
        "only_mutate": room.modules,
        "pytest_add_cli_args_test_selection": room.tests,
        "pytest_add_cli_args": tuple(f"--deselect={test}" for test in room.not_these) + _QUIETLY,
        "also_copy": tuple(name for name in _COPIED if name != "iamgen"),
    }
    entries = (f"{key} =\n" + "".join(f"    {value}\n" for value in values) for key, values in lists.items())
    return "[mutmut]\n" + "".join(entries)


def _mutate(copy: Path, options: argparse.Namespace) -> int:
    """Run mutmut in the copy until it has done or the time is over; what it has found by then is kept.

    Return 1 when it could not begin: mutants say nothing where the tests fail without them.
    """
    command = [sys.executable, "-c", _MUTMUT, "run", "--max-children", str(options.processes), *options.only]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "EXAMPLES": _EXAMPLES}
    with subprocess.Popen(command, cwd=copy, env=environment, stdout=2, start_new_session=True) as process:  # noqa: S603
        try:
            return int(process.wait(options.minutes * 60) != 0)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
            return 0


def _verdicts(copy: Path) -> Iterator[tuple[str, str]]:
    """Yield each mutant of the copy by its name, with what became of it."""
    for path in sorted((copy / "mutants").rglob("*.py.meta")):
        for mutant, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield mutant, _MEANING.get(code, _KILLED)


def _is_open(verdict: str) -> bool:
    return verdict in {_SURVIVED, _UNTESTED}


def _table(counts: Mapping[str, Counter[str]]) -> str:
    """Return the counts as a table. The share is that of the mutants that were run.

    A mutant that runs out of time counts as killed, and one that no test comes by as a survivor.
    """
    columns = (_KILLED, _TIMED_OUT, _SURVIVED, _UNTESTED, _NOT_RUN)
    lines: list[tuple[str, ...]] = [("room", "mutants", *columns, "killed of those run")]
    for name, count in counts.items():
        run = count.total() - count[_NOT_RUN]
        noticed = sum(count[verdict] for verdict in _NOTICED)
        share = f"{100 * noticed / run:.0f} %" if run else "none was run"
        lines.append((name, str(count.total()), *(str(count[column]) for column in columns), share))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = (zip(line, widths, strict=True) for line in lines)
    return "".join(f"{'  '.join(cell.rjust(width) for cell, width in row)}\n" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
