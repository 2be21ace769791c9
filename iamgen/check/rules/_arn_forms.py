"""Decide by the forms of ARNs whether a resource of a statement can be one that an action is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from iamgen.aws.data.services import actions, resource_forms, services, wildcard

_COLONS = 5  # of an ARN that has all its fields
_PART = re.compile(r"\$\{([^{}]*)\}|(\*|⟨[^⟩]*⟩)|(\?)|(.)", re.DOTALL)
_PLAIN = frozenset(("Account", "BucketName", "Partition", "Region"))
"""Variable parts of the reference's forms that never have a slash or a colon: so a bucket is told from its objects."""
_SEPARATORS = frozenset("/:")


class _Token(NamedTuple):
    text: str = ""
    """The character, nothing where it may be any."""
    many: bool = False
    """Whether it stands for any number of characters."""
    plain: bool = False
    """Whether none of these is a slash or a colon."""

    def takes(self, other: _Token) -> bool:
        """Return whether both can be the same character."""
        if self.text and other.text:
            return self.text == other.text
        return not (self.plain and other.text in _SEPARATORS) and not (other.plain and self.text in _SEPARATORS)


def is_resource_of(pattern: str, action: str) -> bool:
    """Return whether some resource of an action, or of one that it means, may match a statement's pattern.

    `pattern` is a text whose wildcards and variables stand for anything. An action that has no resources of its own,
    or that is not known, counts as having all.
    """
    forms = _forms(action)
    whole = pattern if pattern.count(":") >= _COLONS else f"{pattern}*"  # IAM fills up what an ARN lacks with wildcards
    return not forms or any(_overlap(_tokens(whole), _tokens(form)) for form in forms)


@lru_cache(maxsize=1 << 12)
def _forms(action: str) -> tuple[str, ...]:
    """Return the forms of the resources of all actions that the text means, none where one of them may have others."""
    service, _, name = action.partition(":")
    if service.lower() not in services():
        return ()
    meant = [known for known in actions(service.lower()) if wildcard(name).fullmatch(known)]
    forms = [resource_forms(f"{service}:{known}") for known in meant]
    return tuple(dict.fromkeys(form for each in forms for form in each)) if all(forms) else ()


@lru_cache(maxsize=1 << 12)
def _tokens(text: str) -> tuple[_Token, ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[_Token]:
    for variable, many, single, character in _PART.findall(text):
        if variable or many:
            yield _Token(many=True, plain=variable in _PLAIN)
        else:
            yield _Token("" if single else character)


def _overlap(first: tuple[_Token, ...], second: tuple[_Token, ...]) -> bool:
    """Return whether some text is of both forms."""
    waiting, reached = [(0, 0)], set[tuple[int, int]]()
    while waiting:
        place = waiting.pop()
        if place == (len(first), len(second)):
            return True
        if place not in reached:
            reached.add(place)
            waiting += _following(first, second, *place)
    return False


def _following(
    first: tuple[_Token, ...], second: tuple[_Token, ...], here: int, beside: int
) -> Iterator[tuple[int, int]]:
    """Yield the places in both forms after one character, or after a wildcard that matches nothing."""
    token, opposite = (form[place] if place < len(form) else None for form, place in ((first, here), (second, beside)))
    if token and token.many:
        yield here + 1, beside
    if opposite and opposite.many:
        yield here, beside + 1
    if token and opposite and token.takes(opposite):
        yield here + (not token.many), beside + (not opposite.many)
