"""Whether a pattern of a policy can match an ARN of some form, such as `arn:${Partition}:s3:::${BucketName}`."""

from __future__ import annotations

import re
from functools import lru_cache

_COLONS = 5
_ANY, _WITHIN_SEGMENT, _WITHIN_NAME = "*", "\0", "\1"
"""What stands for any characters in a form: all of them, all but colons, all but colons and slashes."""
_EXCLUDED = {_ANY: "", _WITHIN_SEGMENT: ":", _WITHIN_NAME: ":/"}
_VARIABLE = re.compile(r"\$\{[^{}]*\}|<[^<>]*>|⟨⟩")
_BUCKET = "${BucketName}"


@lru_cache(maxsize=1 << 14)
def meets(pattern: str, form: str) -> bool:
    """Return whether some ARN of this form is matched by the pattern, whose holes and variables may be anything.

    Upper and lower case are taken for the same, and a wildcard for anything that IAM might take it for, so that
    False is certain.
    """
    fields = _VARIABLE.sub(_ANY, pattern.lower()).split(":", _COLONS)
    written = ":".join((*fields, *("*" for _ in range(_COLONS + 1 - len(fields)))))  # as IAM completes a short ARN
    return _intersect(written, _tokens(form))


def _tokens(form: str) -> str:
    """Return a form with one character for each of its variables; a bucket's name has no slash, other names may."""
    segments = form.replace(_BUCKET, _WITHIN_NAME).lower().split(":", _COLONS)
    replaced = (_VARIABLE.sub(_WITHIN_SEGMENT, segment) for segment in segments[:_COLONS])
    return ":".join((*replaced, *(_VARIABLE.sub(_ANY, segment) for segment in segments[_COLONS:])))


def _intersect(pattern: str, form: str) -> bool:
    """Return whether a text is matched by both: a walk over the pairs of places that a text may lead to."""
    ready, visited = [(0, 0)], {(0, 0)}
    while ready:
        first, second = ready.pop()
        if first == len(pattern) and second == len(form):
            return True
        for pair in _steps(pattern, first, form, second):
            if pair not in visited:
                visited.add(pair)
                ready.append(pair)
    return False


def _steps(pattern: str, first: int, form: str, second: int) -> list[tuple[int, int]]:
    written, known = pattern[first : first + 1], form[second : second + 1]
    pairs: list[tuple[int, int]] = []
    if written == "*":
        pairs.append((first + 1, second))
    if known in _EXCLUDED and known:
        pairs.append((first, second + 1))
    if not written or not known:
        return pairs
    if _share_a_character(written, known):
        pairs.append((first if written == "*" else first + 1, second if known in _EXCLUDED else second + 1))
    return pairs


def _share_a_character(written: str, known: str) -> bool:
    if known in _EXCLUDED:
        return written not in _EXCLUDED[known]
    return written in ("*", "?", known)
