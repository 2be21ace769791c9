"""The page docs/commands.md, written from the help of every command.

`python -m docs.site.commands_page > docs/commands.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import chain

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.help import WIDTH
from iamgen.cli.main import iamgen

_MARGIN = 2  # columns that click leaves free in a terminal
_INTRODUCTION = """\
# Commands

Every command, with what `--help` says about it. The general options stand before a command or after it. What each
exit code means, and where output goes, is in [how iamgen behaves](#how-iamgen-behaves).

This page is made from the commands: `python -m docs.site.commands_page > docs/commands.md`.
"""
_BEHAVIOUR = """\
## How iamgen behaves

- It works in the nearest folder upwards that has a `users.py`, or in that of `-C DIR`.
- stdout has the product and nothing else. Errors and warnings go to stderr: `error: WHERE: WHAT`, then
  `hint: what to do`.
- All that is wrong is said in one go. Files are written whole or not at all.
- `--verbose` says what is asked of AWS and of git, and how long it takes.
- A `.cfnlintrc` beside `users.py` configures cfn-lint.
- `SOURCE_DATE_EPOCH` stands in for the clock, by which grants end.

| exit code | what it means |
|---|---|
| 0 | all is done, be it with warnings |
| 1 | a fault, which the message names |
| 2 | wrong usage |
| 3 | a bug in iamgen: the message names the file with what is needed to mend it, without secrets |
| 4 | something changes, or remains to be done, where `--exit-code` asked for that |
| 130 | interrupted by ^C, SIGTERM or SIGHUP |
"""


def page() -> str:
    """Return the page, in Markdown."""
    root = _context(iamgen, "iamgen", None)
    listed = chain.from_iterable(_heading(*heading, root.command_path) for heading in iamgen.headings.items())
    return "\n".join([_INTRODUCTION, *listed, *_sections(root), _BEHAVIOUR])


def _heading(heading: str, commands: Mapping[str, str], path: str) -> Iterator[str]:
    """Yield a table of the commands under a heading of `iamgen --help`."""
    yield f"| {heading} | |\n|---|---|"
    yield from (f"| [`{name}`](#{_anchor(f'{path} {name}')}) | {summary} |" for name, summary in commands.items())
    yield ""


def _sections(context: click.Context) -> Iterator[str]:
    """Yield the section of a command, and those of the commands of a group."""
    context.color = False
    yield f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
    if isinstance(context.command, CommandGroup):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command:
                yield from _sections(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """Return a context in which help has the width that it has in a terminal of 80 columns."""
    settings = {**command.context_settings, "terminal_width": WIDTH - _MARGIN}
    return command.context_class(command, info_name=name, parent=parent, **settings)


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.write(page())
