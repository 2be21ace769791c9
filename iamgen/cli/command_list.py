"""The commands of iamgen under their headings, each with the line that `iamgen --help` says about it.

The line stands here as well as in the command's own help, so that the list is shown without importing any command.
The command NAME is the function of that name in the module `iamgen.cli.NAME`, with `_` for each `-`.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "The declaration": {
        "init": "Begin a new repository that is ready to run.",
        "render": "Print or write accounts' CloudFormation templates.",
        "check": "Check templates against every rule and every quota.",
        "explain": "Explain a rule of check, with examples.",
        "changes": "Show who gains and loses access, and what changes in the templates.",
    },
    "Questions": {
        "can": "Answer whether somebody may do something.",
        "who-can": "Show everybody who may do something.",
        "access": "Show who has which role in which account, and why.",
        "expiring": "Show what ends soon, and what has ended.",
        "report": "Make a page that shows who can do what.",
        "graph": "Draw who reaches what, as a picture or as text for a code host.",
        "review": "Let owners confirm all access line by line, in git.",
        "diff": "Show who gains and who loses what, for all requests.",
    },
    "Releases": {
        "release": "Tag the current commit as a release, and push the tag.",
        "promote": "Move a channel's branch, which CI deploys, to a release.",
        "ci": "Write the files by which CI checks and deploys.",
    },
    "Deployments": {
        "deploy": "Deploy accounts' stacks, after showing what changes and asking.",
        "plan": "Show what a deployment changes, and keep the plan in a file.",
        "apply": "Carry out a kept plan, after showing it and asking.",
        "cancel": "Stop an update that is under way; AWS puts everything back.",
        "stack-set": "Deploy one template to all accounts of a kind.",
        "drift": "Show what differs in AWS from the template that was deployed.",
        "template": "Print the template that an account's stack was deployed with.",
    },
    "People": {
        "bootstrap": "Print a person's console links, or set up their ~/.aws.",
        "user": "Show, create and offboard the people of users.py in AWS.",
        "audit": "Compare accounts with the declaration: people, keys, MFA.",
        "keys": "Rotate the access keys of CI users.",
    },
    "iamgen itself": {
        "docs": "Read the documentation: a page of it, or the list.",
        "completion": "Print what lets a shell complete iamgen: bash, zsh or fish.",
        "refresh-managed-policies": "Fetch the AWS managed policies of today.",
    },
}

OTHER_WORDS: Mapping[str, str] = {
    "build": "render",
    "generate": "render",
    "synth": "render",
    "show": "render",
    "lint": "check",
    "validate": "check",
    "verify": "check",
    "quotas": "check --quotas",
    "compare": "changes",
    "log": "promote --log",
    "tag": "release",
    "publish": "release",
    "rollback": "promote",
    "pipeline": "ci",
    "up": "deploy",
    "update": "deploy",
    "preview": "plan",
    "stackset": "stack-set",
    "status": "drift",
    "links": "bootstrap",
    "login": "bootstrap",
    "config": "bootstrap",
    "users": "user list",
    "people": "user list",
    "offboard": "user offboard",
    "onboard": "user create",
    "whoami": "user show",
    "rotate": "keys rotate",
    "draw": "graph",
    "picture": "graph",
    "recertify": "review start",
    "man": "docs",
    "manual": "docs",
    "documentation": "docs",
}
"""Words that other tools use, and what iamgen calls it."""

NO_COMMAND: Mapping[str, str] = {
    **dict.fromkeys(
        ("delete", "destroy", "remove", "down"),
        "iamgen deletes no stack: take people and roles out of users.py, and deploy; accounts: iamgen docs how-to",
    ),
    **dict.fromkeys(
        ("import", "adopt"), "iamgen takes over nothing that exists: iamgen docs how-to says how to go on beside it"
    ),
}
"""Words for what iamgen does not do, and must not be taken for a command of a similar name, with what to do instead."""
