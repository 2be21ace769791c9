"""Say which option was probably meant when somebody types an option that the command does not have."""

from __future__ import annotations

import click

from iamgen.errors import Fault
from iamgen.similar_names import closest, suggestion

_OTHER_WORDS = {"account": "in", "accounts": "in"}
"""Words of other programs for options, where a command has the second and not the first; no marks before them."""
_MOST = 3
"""Options that are named, where many begin so."""


def unknown_option(option: str, context: click.Context) -> Fault:
    """Return the fault. If the word is the beginning of options, the hint suggests these options."""
    known = {name.lstrip("-"): name for name in _options(context)}
    word = option.lstrip("-")
    instead = known.get(_OTHER_WORDS.get(word, ""))
    longer = [name for bare, name in known.items() if bare.startswith(word)]
    meant = [instead] if instead else longer[:_MOST] or [known[bare] for bare in closest(word, known)]
    hint = suggestion(meant, f"{context.command_path} --help lists the options")
    if option in _shown(context.find_root()):
        hint = f"it stands alone: {context.find_root().command_path} {option}"
    return Fault(f"{context.command_path} {option}", "there is no such option", hint)


def _options(context: click.Context) -> list[str]:
    """Return the long names of a command's options: those in its own help, and the general ones in the help of the
    program."""
    general = _shown(context.find_root())
    return [name for param in _params(context) for name in _names(param) if not param.hidden or name in general]


def _shown(context: click.Context) -> list[str]:
    return [name for param in _params(context) if not param.hidden for name in _names(param)]


def _params(context: click.Context) -> list[click.Option]:
    return [param for param in context.command.get_params(context) if isinstance(param, click.Option)]


def _names(param: click.Option) -> list[str]:
    return [name for name in (*param.opts, *param.secondary_opts) if name.startswith("--")]
