"""`iamgen review`: the group of commands about reviews of access, each of which is imported when it is used."""

from __future__ import annotations

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.general_options import general_options

HEADINGS = {
    "Commands": {
        "start": "Write all access into a file, for owners to confirm.",
        "check": "Say what is confirmed, and what is new or has changed.",
    },
}
OTHER_WORDS = {"begin": "start", "new": "start", "create": "start", "status": "check", "verify": "check"}


@click.group("review", cls=CommandGroup)
def review() -> None:
    """Let owners confirm all access line by line, in git.

    The file of a review is committed, confirmed in commits and pull requests,
    and checked by CI. `iamgen review COMMAND --help` describes a command.
    """


review.headings, review.other_words, review.prefix = HEADINGS, OTHER_WORDS, "review_"
review.general_options = general_options(hidden=True)
