"""Lint templates only once if they differ only in the account that they are for.

Two templates are alike when they are the same text but for their own account's id and its name in the
description. cfn-lint looks at an id's form, not at which it is, and at no more of a description than its
length (and says that length when it is too long: then nothing is alike), so what it finds in one it finds in
the other, with the id exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from iamgen.aws import quotas
from iamgen.check.finding import Finding

_DESCRIBED = re.compile(rf'"Description": "[^"]{{{quotas.TEMPLATE_DESCRIPTION - 200},}}"')  # too long, or nearly
LintTexts = Callable[[Mapping[str, str]], Mapping[str, tuple[Finding, ...]]]


class Whose(NamedTuple):
    """The account to which a template belongs: its name and id."""

    name: str
    """The account's name."""
    id: str
    """The account's id, twelve digits."""


def lint_alike(
    texts: Mapping[Whose, str], lint: LintTexts, on_done: Callable[[str], None]
) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each account's template. Of several alike templates, only one is linted.

    `lint` gets one template of each kind by its account's name; `on_done` hears of each of the others.
    """
    first: dict[str, Whose] = {}
    twins = {whose: first.setdefault(_without_owner(text, whose), whose) for whose, text in texts.items()}
    linted = lint({whose.name: texts[whose] for whose in first.values()})
    answers = {}
    for whose, twin in twins.items():
        answers[whose.name] = tuple(_as_of(finding, twin, whose) for finding in linted[twin.name])
        if twin != whose:
            on_done(whose.name)
    return answers


def _without_owner(text: str, whose: Whose) -> str:
    if not whose.id or _DESCRIBED.search(text):
        return f"{whose.name}\0{text}"
    return text.replace(whose.id, "\0id").replace(f"who may do what in {whose.name}.", "\0name", 1)


def _as_of(finding: Finding, twin: Whose, whose: Whose) -> Finding:
    return finding if twin == whose else finding._replace(message=finding.message.replace(twin.id, whose.id))
