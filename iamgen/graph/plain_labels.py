"""The labels of the picture where a program of somebody else's draws it: lines of plain text, not yet escaped."""

from __future__ import annotations

from iamgen.graph.access_graph import GraphAccount, GraphLink, GraphSubject, GraphTarget
from iamgen.graph.graph_words import account_label, number_of

_NAMES = 3


def subject_words(subject: GraphSubject) -> tuple[str, ...]:
    """Return who it is; of several their number, and the first of their names."""
    if len(subject.names) == 1:
        return subject.names
    return number_of(subject.kind, len(subject.names)), _few(subject.names)


def account_words(account: GraphAccount) -> str:
    """Return the account's name, its id and whether it is production; of several their number and first names."""
    production = ", production" if account.is_production else ""
    unreached = f", nobody: {', '.join(account.unreached)}" if account.unreached else ""
    if len(account.names) > 1:
        return f"{account_label(account.names)}{production}: {_few(account.names)}{unreached}"
    ids = "" if account.ids[0] in account.names else f" {account.ids[0]}"
    return f"{account.names[0]}{ids}{production}{unreached}"


def target_words(target: GraphTarget) -> tuple[str, ...]:
    """Return the role or group with its notes. Its terms are labels of the lines."""
    return f"group {target.label}" if target.kind == "group" else target.label, *target.notes


def link_words(link: GraphLink) -> str:
    """Return until when a line holds, that nobody can know it, and how many of several have it."""
    partial = f"{len(link.names)} of them" if link.is_partial else ""
    return ", ".join(filter(None, (partial, link.terms)))


def _few(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:_NAMES])}{', …' if len(names) > _NAMES else ''}"
