"""Read the line that a shell wants to complete, and answer in the form that this shell expects.

It replaces those parts of click that do not complete `--option=value`.
"""

from __future__ import annotations

import os

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)


class WholeWords(ShellComplete):
    """A shell that compares an answer with the whole word: `--format=json`, where click answers `json`."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what click finds, the option before its value."""
        items = super().get_completions(args, incomplete)
        option, sign, _ = incomplete.partition("=")
        if not sign or not option.startswith("-"):
            return items
        return [CompletionItem(f"{option}={item.value}", item.type, item.help) for item in items]


class Bash(WholeWords, BashComplete):
    """bash, whose words are divided at `=`, `:` and `@`: the script hands over the line instead."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is begun, and that one."""
        line = os.environ["COMP_LINE"]
        words = split_arg_string(line)[1:]
        return (words, "") if line[-1:].isspace() or not words else (words[:-1], words[-1])


class Zsh(WholeWords, ZshComplete):
    """zsh, as click knows it."""


class Fish(WholeWords, FishComplete):
    """fish, as click knows it."""


def use_own_shells() -> None:
    """Have click use these."""
    for shell in (Bash, Zsh, Fish):
        add_completion_class(shell)
