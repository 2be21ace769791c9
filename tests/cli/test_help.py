"""What `--help` prints, and that options reach the command that declares them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from iamgen.cli.help import GroupedCommand
from iamgen.cli.main import iamgen as program

MOST_OPTIONS = 14
COMMANDS = sorted(set(program.commands) - {"deploy"})
ORDER = [
    "render",
    "check",
    "can",
    "who-can",
    "changes",
    "release",
    "promote",
    "ci",
    "deploy",
    "plan",
    "apply",
    "cancel",
    "stack-set",
    "drift",
    "template",
    "bootstrap",
]


def help_of(*command: str) -> str:
    env = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        [sys.executable, "-m", "iamgen", *command, "--help"], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


def options_of(command: click.Command) -> Iterator[click.Option]:
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            yield param


def test_commands_are_listed_in_the_order_of_the_work_and_no_summary_is_cut() -> None:
    listed = help_of().partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == ORDER
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_reads_well_on_a_terminal_of_80_columns(name: str) -> None:
    text = help_of(name)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_more_options_than_a_reader_can_take_in(name: str) -> None:
    command = program.commands[name]
    options = list(options_of(command))
    assert len(options) <= MOST_OPTIONS
    text = help_of(name)
    assert all(option.opts[-1] in text for option in options)


BY_NAME = {"apply", "cancel", "deploy", "plan", "stack-set"}
"""These read their options by name, in `iamgen.cli.values`, since the older spellings of `deploy` share them."""


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - BY_NAME))
def test_a_command_takes_each_option_as_a_parameter_with_a_type(name: str) -> None:
    command = program.commands[name]
    assert command.callback
    function = inspect.unwrap(command.callback)
    parameters = dict(inspect.signature(function).parameters)
    parameters.pop("session")
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert set(parameters) == {param.name for param in command.params}


def test_options_stand_under_their_headings() -> None:
    command = program.commands["bootstrap"]
    assert isinstance(command, GroupedCommand)
    under_headings = [name for names in command.headings.values() for name in names]
    assert sorted(under_headings) == sorted(str(option.name) for option in options_of(command))
    text = help_of("bootstrap")
    places = [text.index(f"\n{heading}:\n") for heading in command.headings]
    assert places == sorted(places)
    assert text.index("\nThe person:\n") < text.index("--user NAME") < text.index("\nConsole links, and a guide:\n")


def test_what_is_not_listed_is_named_in_the_text() -> None:
    command = program.commands["bootstrap"]
    hidden = {param.opts[-1] for param in command.params if isinstance(param, click.Option) and param.hidden}
    text = help_of("bootstrap")
    assert {option for option in hidden if option not in text} == {"--json"}  # which is --format json
