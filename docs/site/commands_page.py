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

- iamgen looks for `users.py` in the current folder, and then in the folders above it. `-C DIR` begins in another
  folder.
- stdout has only what you asked for. Errors, warnings and notes go to stderr: first `error: WHERE: WHAT`, then
  `hint: what to do`.
- Everything that is wrong is reported at once, so that you can mend all of it. A file is written whole or not at all.
- `--verbose` says what is asked of AWS and of git, and how long it takes.
- A `.cfnlintrc` beside `users.py` configures cfn-lint.
- `SOURCE_DATE_EPOCH` sets the time that iamgen takes for now, such as for grants that end.

| exit code | what it means |
|---|---|
| 0 | everything was done, perhaps with warnings |
| 1 | something is wrong, and the message says what |
| 2 | the command line itself is wrong |
| 3 | a bug in iamgen: the message names a file with what is needed to mend it, without secrets |
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
