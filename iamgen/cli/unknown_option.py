"""What is said about an option that no command has: which one was probably meant, of those that help shows."""

from __future__ import annotations

from collections.abc import Iterable

import click

from iamgen.errors import Fault
from iamgen.similar_names import closest, suggestion

_MOST = 3
"""Options that are named, where many begin so."""


def unknown_option(option: str, context: click.Context) -> Fault:
    """Return the fault. A word that is the beginning of options is taken for a short form of them."""
    known = {name.lstrip("-"): name for name in _shown_options(context)}
    word = option.lstrip("-")
    longer = [name for bare, name in known.items() if bare.startswith(word)]
    meant = longer[:_MOST] or [known[bare] for bare in closest(word, known)]
    hint = suggestion(meant, f"{context.command_path} --help lists the options")
    return Fault(f"{context.command_path} {option}", "there is no such option", hint)


def _shown_options(context: click.Context) -> Iterable[str]:
    """Yield the long names of the options of a command, and of the general options, which no command's help repeats."""
    for described in dict.fromkeys((context, context.find_root())):
        for param in described.command.get_params(described):
            if isinstance(param, click.Option) and not param.hidden:
                yield from (name for name in (*param.opts, *param.secondary_opts) if name.startswith("--"))
