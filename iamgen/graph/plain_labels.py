"""Make the labels of the picture for programs such as Graphviz: lines of plain text, not yet escaped."""

from __future__ import annotations

from iamgen.graph.access_graph import GraphAccount, GraphLink, GraphSubject, GraphTarget
from iamgen.graph.graph_words import account_label, number_of

_NAMES = 3


def subject_words(subject: GraphSubject) -> tuple[str, ...]:
    """Return who it is; of several their number, and the first of their names."""
    if len(subject.names) == 1:
        return subject.names
    return number_of(subject.kind, len(subject.names)), _few(subject.names)


def account_words(account: GraphAccount) -> tuple[str, ...]:
    """Return the account's name and id; that it is production, in a line that no long name pushes out; and the roles as
    which nobody can act."""
    name = account.names[0]
    if len(account.names) > 1:
        name = f"{account_label(account.names)}: {_few(account.names)}"
    elif account.ids[0] != name:
        name = f"{name} {account.ids[0]}"
    production = ("production",) if account.is_production else ()
    unreached = (f"nobody: {', '.join(account.unreached)}",) if account.unreached else ()
    return name, *production, *unreached


def target_words(target: GraphTarget) -> tuple[str, ...]:
    """Return the role or group with its notes. Its terms are labels of the lines."""
    return target.words, *target.notes


def link_words(link: GraphLink) -> str:
    """Return until when a line holds, that nobody can know it, and how many of several have it."""
    partial = f"{len(link.names)} of them" if link.is_partial else ""
    return ", ".join(filter(None, (partial, link.terms)))


def _few(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:_NAMES])}{', …' if len(names) > _NAMES else ''}"
