"""Find the actions that policies mention and that are not yet in the list of AWS's actions.

AWS has new actions and services each week. A policy may name one of them, or mean it by a pattern such as `s3:Get*`.
Policies see a new action only through their patterns: those that the same patterns mean are decided alike. So there is
one action for each way in which the patterns of a service can mean a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from iamgen.access.documents import Statement
from iamgen.access.known_actions import NEW_ACTION, UNLISTED, MentionedActions
from iamgen.access.patterns import Pattern, pattern
from iamgen.questions.glob_walk import samples

_WILDCARDS = frozenset("*?")


def action_entries(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the entries of Action and NotAction elements, as written."""
    for item in statements:
        yield from item.actions
        yield from item.not_actions


def mentioned_actions(entries: Iterable[str]) -> MentionedActions:
    """Return the actions that entries of policies name, and those that stand for the new ones that patterns mean."""
    patterns: dict[str, dict[str, str]] = defaultdict(dict)
    shown: dict[str, str] = {}
    for entry in dict.fromkeys(entries):
        service, _, name = entry.partition(":")
        if _WILDCARDS & set(name):
            patterns[service.lower()][name.lower()] = name
        elif name:
            shown[entry.lower()] = entry
    too_many = set[str]()
    for service, written in patterns.items():
        if service == "*":
            continue
        names, is_complete = _stand_ins(frozenset(written))
        shown |= {f"{service}:{name}": _words(service, name, written) for name in names}
        too_many |= set() if is_complete else {service}
    return MentionedActions(shown, frozenset(too_many))


def _stand_ins(written: frozenset[str]) -> tuple[Iterable[str], bool]:
    """Return names of new actions, one for each way in which patterns can mean one, and whether these are all ways.

    Of patterns that only have a beginning, each stands for itself. Real names have only letters and digits: a name with
    another character is none of the list.
    """
    if all(_is_beginning(name) for name in written):
        return [f"{name[:-1]}{UNLISTED}" for name in written], True
    marks = tuple(map(_glob, sorted(written)))
    walks = [samples((_glob(f"*{UNLISTED}*"),), marks)]
    if any("?" in name for name in written):  # they may leave no room for another character
        walks.append(samples((_glob("?*"),), marks))
    texts = dict.fromkeys(text for walk in walks for text in walk.texts)
    names = [text for text in texts if text != UNLISTED or any(mark.matches(text) for mark in marks)]
    is_complete = all(walk.is_complete for walk in walks)
    return (names if is_complete else [*names, *map(_example, written)]), is_complete


def _is_beginning(name: str) -> bool:
    return name.find("*") == len(name) - 1 and "?" not in name


def _example(name: str) -> str:
    return name.replace("*", UNLISTED).replace("?", UNLISTED)


def _words(service: str, name: str, written: Mapping[str, str]) -> str:
    """Return how an action is shown: by the patterns that mean it, without those that say less than another."""
    meaning = [lower for lower in written if _glob(lower).matches(name)]
    longest = max((lower for lower in meaning if _is_beginning(lower)), key=len, default="")
    named = sorted(written[lower] for lower in meaning if lower == longest or not _is_beginning(lower))
    if len(named) > 1:
        named = [text for text in named if text != "*"]
    return f"{service}:{' and '.join(named)} {NEW_ACTION}" if named else f"{service}:{NEW_ACTION}"


def _glob(name: str) -> Pattern:
    return pattern(name, variables=False)
