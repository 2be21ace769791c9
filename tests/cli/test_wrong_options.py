"""Options that do not go together: each is refused with the whole message, before anything is read or asked of AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from iamgen.cli.main import iamgen as program
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError
from iamgen.ui.console import Console

KEY = "--access-key-id AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("bootstrap bob --json --format html", ("--json", "it is not --format html", "leave one of the two out")),
        ("bootstrap bob --guide --write", ("--guide", "it does not go together with --write", "run it twice")),
        ("bootstrap bob --only config --write", ("--only", "it does not go together with --write", "run it twice")),
        (
            f"bootstrap bob --format html --write {KEY}",
            ("bootstrap", "--format and -o are about links alone", "run it twice: once without a key"),
        ),
        (
            "bootstrap bob --keep-key",
            ("--keep-key", "it is for --write without a key: the one that is there stays", "add --write"),
        ),
        (
            f"bootstrap bob --keep-key --write {KEY}",
            ("--keep-key", "it is for --write without a key: the one that is there stays", "leave the key out"),
        ),
        (
            f"bootstrap bob --login --write {KEY}",
            ("--login", "it is for a profile without a stored key", "leave the key out"),
        ),
        (
            "deploy dev --execute-plan x",
            (
                "deploy",
                "--execute-plan does what the file says, and nothing else",
                "leave out accounts, --repair and what makes a plan",
            ),
        ),
        (
            "deploy dev --ou ou-1",
            ("deploy", "that is for stack sets", "say iamgen stack-set KIND, or leave it out"),
        ),
    ],
)
def test_options_that_do_not_go_together(line: str, fault: tuple[str, str, str]) -> None:
    with pytest.raises(UsageError) as raised:
        program.main(line.split(), standalone_mode=False, obj=Session(Console.standard()))
    assert raised.value.faults == (Fault(*fault),)


def read_output(name: str, *arguments: str) -> Any:
    """Return what a command makes of `-o`."""
    command = program.get_command(click.Context(program), name)
    assert command is not None
    parameters = command.make_context(name, list(arguments)).params
    return parameters["plan_file" if name == "plan" else "output"]


@pytest.mark.parametrize("line", [["report"], ["graph"], ["render"], ["bootstrap", "bob"]])
def test_a_hyphen_in_the_place_of_a_file_is_stdout(line: list[str]) -> None:
    """It became a file of that name, in a folder that is often committed as a whole."""
    assert read_output(*line, "-o", "-") is None
    assert read_output(*line, "-o", "x") == Path("x")


def test_a_plan_goes_into_a_file() -> None:
    with pytest.raises(click.BadParameter, match="it goes into a file, and never to stdout"):
        read_output("plan", "-o", "-")
