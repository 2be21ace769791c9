"""What `--help` prints, and that options reach the command that declares them."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.help import GroupedCommand
from iamgen.cli.main import iamgen as program

MOST_OPTIONS = 14
NAMES = program.list_commands(click.Context(program))
COMMANDS = sorted(set(NAMES) - {"deploy"})


def command_of(name: str) -> click.Command:
    command = program.get_command(click.Context(program), name)
    assert command
    return command


def listed(group: click.Group) -> list[str]:
    return group.list_commands(click.Context(group))


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


def test_commands_are_listed_under_their_headings_and_no_summary_is_cut() -> None:
    text = help_of()
    lists = text[text.index("Options:") :]  # the sentences above may begin a line with the name of a command
    assert [line.split()[0] for line in lists.splitlines() if line[:2] == "  " and line.split()[0] in NAMES] == NAMES
    assert all(f"\n{heading}:\n" in text for heading in program.headings)
    assert max(map(len, text.splitlines())) <= 80


def test_the_list_says_what_each_command_says_of_itself() -> None:
    for commands in program.headings.values():
        for name, summary in commands.items():
            assert command_of(name).get_short_help_str(limit=200) == summary.removesuffix(".") + "."


@pytest.mark.parametrize("name", COMMANDS)
def test_help_reads_well_on_a_terminal_of_80_columns(name: str) -> None:
    text = help_of(name)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_more_options_than_a_reader_can_take_in(name: str) -> None:
    command = command_of(name)
    options = list(options_of(command))
    assert len(options) <= MOST_OPTIONS
    text = help_of(name)
    assert all(option.opts[-1] in text for option in options)


def option_groups(callback: Callable[..., object]) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield the groups of options that a callback takes as one parameter: its name, and what collects the options."""
    layer: Callable[..., object] | None = callback
    while layer is not None:
        group = vars(layer).get("option_group")
        if group:
            yield group
        layer = vars(layer).get("__wrapped__")


def parameters_of(function: Callable[..., object]) -> dict[str, inspect.Parameter]:
    parameters = dict(inspect.signature(inspect.unwrap(function)).parameters)
    parameters.pop("session", None)
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters.values())
    return parameters


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_command_takes_each_option_as_a_parameter_with_a_type(name: str) -> None:
    """A group of options is one parameter of the type that its collector returns; the collector takes the options."""
    command = command_of(name)
    assert command.callback
    parameters = parameters_of(command.callback)
    for parameter, collect in list(option_groups(command.callback))[::-1]:
        annotation = parameters.pop(parameter).annotation.rpartition(".")[2]
        assert annotation == inspect.signature(collect).return_annotation
        parameters |= parameters_of(collect)
    assert set(parameters) == {param.name for param in command.params if param.expose_value}


def every_command(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        own = command.context_class(command, info_name=name, parent=context, **command.context_settings)
        yield own
        if isinstance(command, click.Group):
            yield from every_command(command, own)


def test_no_line_of_help_is_too_long_or_breaks_a_name_at_its_hyphen() -> None:
    root = program.context_class(program, info_name="iamgen", terminal_width=80, **program.context_settings)
    lines = [
        (context.command_path, line)
        for context in every_command(program, root)
        for line in context.get_help().splitlines()
    ]
    assert len(lines) > 800
    assert [(path, line) for path, line in lines if len(line) > 80 or line.endswith("-")] == []


GROUPED = [
    (name, own) for name in NAMES if isinstance(group := command_of(name), CommandGroup) for own in listed(group)
]


@pytest.mark.parametrize(("group", "name"), GROUPED)
def test_a_command_of_a_group_reads_as_well_as_any_other(group: str, name: str) -> None:
    """It says of itself what the group says of it, takes its options by their names, and fits 80 columns."""
    parent = command_of(group)
    assert isinstance(parent, CommandGroup)
    command = parent.get_command(click.Context(parent), name)
    assert command
    assert command.callback
    summaries = {own: summary for commands in parent.headings.values() for own, summary in commands.items()}
    assert command.get_short_help_str(limit=200) == summaries[name].removesuffix(".") + "."
    parameters = parameters_of(command.callback)
    for parameter, collect in list(option_groups(command.callback))[::-1]:
        parameters.pop(parameter)
        parameters |= parameters_of(collect)
    assert set(parameters) == {param.name for param in command.params if param.expose_value}
    assert {param.name for param in command.params if not param.expose_value} >= {"folder", "colour", "verbose"}
    text = command.get_help(click.Context(command, info_name=name, max_content_width=80))
    assert max(map(len, text.splitlines())) <= 80
    assert len(list(options_of(command))) <= MOST_OPTIONS


def test_options_stand_under_their_headings() -> None:
    command = command_of("bootstrap")
    assert isinstance(command, GroupedCommand)
    under_headings = [name for names in command.headings.values() for name in names]
    assert sorted(under_headings) == sorted(str(option.name) for option in options_of(command))
    text = help_of("bootstrap")
    places = [text.index(f"\n{heading}:\n") for heading in command.headings]
    assert places == sorted(places)
    assert text.index("\nThe person:\n") < text.index("--user NAME") < text.index("\nConsole links, and a guide:\n")
    assert "Show this message" not in text  # the reader knows it by then


def test_options_under_no_heading_stand_first() -> None:
    text = help_of("deploy")
    assert text.index("\nOptions:\n") < text.index("--help") < text.index("\nLosses to allow:\n")
    assert "\nLosses to allow:\n" not in help_of("cancel")  # which takes none of its options


def test_what_is_not_listed_is_named_in_the_text() -> None:
    command = command_of("bootstrap")
    options = [param for param in command.params if isinstance(param, click.Option) and param.expose_value]
    hidden = {option.opts[-1] for option in options if option.hidden}
    text = help_of("bootstrap")
    assert {option for option in hidden if option not in text} == {"--json"}  # which is --format json
