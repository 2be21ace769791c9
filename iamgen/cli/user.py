"""`iamgen user`: the group of commands about people in AWS, each of which is imported when it is used."""

from __future__ import annotations

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.general_options import general_options

HEADINGS = {
    "Commands": {
        "show": "Show what a person has in AWS, beside what is declared.",
        "list": "List everybody in the account that holds people.",
        "create": "Give people of users.py their user, password and groups.",
        "rename": "Rename a person's user, and say what that costs.",
        "offboard": "Take everything from somebody who leaves, and write a receipt.",
        "verify-receipt": "Check that what a receipt of an offboarding says still holds.",
    },
}
OTHER_WORDS = {
    "add": "create",
    "new": "create",
    "invite": "create",
    "onboard": "create",
    "delete": "offboard",
    "remove": "offboard",
    "get": "show",
    "mv": "rename",
    "ls": "list",
}


@click.group("user", cls=CommandGroup)
def user() -> None:
    """Show, create and offboard the people of users.py in AWS.

    People are IAM users of the account that holds people. These commands use the
    same credentials as `iamgen deploy`. `iamgen user COMMAND --help` describes a
    command.
    """


user.headings, user.other_words, user.prefix = HEADINGS, OTHER_WORDS, "user_"
user.general_options = general_options(hidden=True)
