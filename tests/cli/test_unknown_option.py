"""Options with a slip: every command names the one that was meant, and never one that no help shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from iamgen.cli.main import iamgen as program
from iamgen.cli.unknown_option import unknown_option
from iamgen.errors import Fault

SHORTEST = 4
"""Letters, with the marks before them, of options such as --in: a slip in one of those leaves nothing to go by."""


def every_context(context: click.Context) -> Iterator[click.Context]:
    """Yield the context of the program, of its commands and of theirs."""
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command
            yield from every_context(command.context_class(command, info_name=name, parent=context))


CONTEXTS = {context.command_path: context for context in every_context(click.Context(program, info_name="iamgen"))}


def long_options(context: click.Context, *, hidden: bool) -> set[str]:
    params = [param for param in context.command.get_params(context) if isinstance(param, click.Option)]
    names = {name for param in params if param.hidden is hidden for name in (*param.opts, *param.secondary_opts)}
    return {name for name in names if name.startswith("--")}


def shown_options(context: click.Context) -> set[str]:
    general = long_options(CONTEXTS["iamgen"], hidden=False)
    return long_options(context, hidden=False) | (long_options(context, hidden=True) & general)


def slips(option: str) -> Iterator[str]:
    """Yield the option shortened, with a letter too few, and with two that have changed places."""
    yield option[:-1]
    yield option[:3] + option[4:]
    yield f"{option[:3]}{option[4]}{option[3]}{option[5:]}"


def suggested(option: str, context: click.Context) -> set[str]:
    fault = unknown_option(option, context)
    assert (fault.where, fault.problem) == (f"{context.command_path} {option}", "there is no such option")
    return set(re.findall(r"(?<= )--[\w-]+(?= or|\?)", fault.hint))


@pytest.mark.parametrize("path", sorted(CONTEXTS))
def test_a_slip_leads_to_the_option_that_was_meant(path: str) -> None:
    context = CONTEXTS[path]
    shown = shown_options(context)
    for option in sorted(name for name in shown if len(name) > SHORTEST):
        for slip in slips(option):
            if slip not in shown:
                suggestions = suggested(slip, context)
                assert option in suggestions, f"{path} {slip}"
                assert suggestions <= shown


@pytest.mark.parametrize("path", sorted(CONTEXTS))
def test_an_option_that_no_help_shows_is_never_suggested(path: str) -> None:
    context = CONTEXTS[path]
    hidden = long_options(context, hidden=True) - shown_options(context)
    for option in sorted(name for name in hidden if len(name) > SHORTEST):
        for slip in slips(option):
            assert not suggested(slip, context) & hidden


def test_there_are_options_that_no_help_shows() -> None:
    assert "--cancel" in long_options(CONTEXTS["iamgen deploy"], hidden=True)


def test_an_option_of_the_program_alone_is_named_with_it() -> None:
    fault = unknown_option("--version", CONTEXTS["iamgen render"])
    assert fault == Fault("iamgen render --version", "there is no such option", "it stands alone: iamgen --version")


@pytest.mark.parametrize("command", ["access", "can", "graph", "who-can"])
def test_another_word_for_an_option_leads_to_it(command: str) -> None:
    assert unknown_option("--account", CONTEXTS[f"iamgen {command}"]).hint == "did you mean --in?"


def test_another_word_is_no_hint_where_a_command_has_no_such_option() -> None:
    assert "--in" not in suggested("--account", CONTEXTS["iamgen deploy"])
