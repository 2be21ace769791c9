"""A group of commands: each is imported only when it is used, and none to list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

import click

from iamgen.cli.help import HelpContext
from iamgen.errors import Fault, UsageError

_NAME_COLUMN = 12
"""Letters of a name that stands beside its summary."""


class CommandGroup(click.Group):
    """Commands under headings. A word that is no command is refused with the command that was probably meant."""

    context_class = HelpContext

    headings: Mapping[str, Mapping[str, str]] = {}
    """By heading, the names of the commands, each with the line that describes it."""
    other_words: Mapping[str, str] = {}
    """What somebody may type who knows other tools, and the command that does it."""
    no_command: Mapping[str, str] = {}
    """What somebody may type that no command does, and what to do instead."""
    general_options: Sequence[click.Parameter] = ()
    """Options that may stand after the command as well."""
    prefix: str = ""
    """How the names of the modules begin that have the commands: `user_` for those of `iamgen user`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names of the commands in the order of the headings; `help` and `version` are not among them."""
        return [name for commands in self.headings.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or return None for a name that is none.

        The command NAME is the function NAME, with the group's prefix before it, of the module `iamgen.cli.NAME`.
        """
        if cmd_name not in self.commands and cmd_name in self.list_commands(ctx):
            name = f"{self.prefix}{cmd_name.replace('-', '_')}"
            command: click.Command = getattr(import_module(f"iamgen.cli.{name}"), name)
            command.params.extend(self.general_options)
            command.context_class = HelpContext
            self.add_command(command, cmd_name)
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names. Raises UsageError when it names none."""
        if not self.get_command(ctx, args[0]):
            raise UsageError(
                [Fault(f"{ctx.command_path} {args[0]}", "there is no such command", self._advice(ctx, args[0]))]
            )
        return super().resolve_command(ctx, args)

    def _advice(self, ctx: click.Context, word: str) -> str:
        from iamgen.similar_names import did_you_mean

        if instead := self.no_command.get(word.casefold()):
            return instead
        if command := self.other_words.get(word.casefold()):
            return f"the command for it is {ctx.command_path} {command}"
        return did_you_mean(word, self.list_commands(ctx), f"{ctx.command_path} --help lists the commands")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each heading, all with the same columns; a long name has a line of its own."""
        width = max(len(name) for name in self.list_commands(ctx) if len(name) <= _NAME_COLUMN)
        for heading, commands in self.headings.items():
            with formatter.section(heading):
                rows = [(name.ljust(width), summary) for name, summary in commands.items()]
                formatter.write_dl(rows, col_max=width)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """Complete a command's name from the list alone."""
        from click.shell_completion import CompletionItem

        commands = {name: summary for section in self.headings.values() for name, summary in section.items()}
        items = [CompletionItem(name, help=text) for name, text in commands.items() if name.startswith(incomplete)]
        return items + click.Command.shell_complete(self, ctx, incomplete)
