"""`iamgen keys`: the group of commands about machines' access keys, each of which is imported when it is used."""

from __future__ import annotations

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.general_options import general_options

HEADINGS = {"Commands": {"rotate": "Exchange a CI user's access key, a step at a time."}}
OTHER_WORDS = {"renew": "rotate", "roll": "rotate", "create": "rotate"}


@click.group("keys", cls=CommandGroup)
def keys() -> None:
    """Rotate the access keys of CI users.

    A CI user signs in with an access key, which has to be replaced from time to
    time. A pipeline has no key, so that there is nothing to rotate. `iamgen keys
    COMMAND --help` describes a command.
    """


keys.headings, keys.other_words, keys.prefix = HEADINGS, OTHER_WORDS, "keys_"
keys.general_options = general_options(hidden=True)
