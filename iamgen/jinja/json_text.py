"""Read the JSON that a policy template makes, or report where it is nested too deeply."""

from __future__ import annotations

import json
import math

from iamgen.iam.json_text import line_that_is_deeper

DEEPEST = 32
"""Levels of brackets in a policy document: a condition's values have six. Python's own limit would end the program."""
_LONGEST_NUMBER = 300  # digits; Python refuses to read some thousands, and a float ends at 308


class TooDeepError(ValueError):
    """There are more brackets within brackets than any policy has; `line` is where the limit is exceeded."""

    def __init__(self, line: int) -> None:
        super().__init__(f"{DEEPEST} levels of brackets are the most that is read")
        self.line = line


def read(text: str) -> object:
    """Return what a text of JSON says; what is no finite number becomes infinite, or none.

    Raises TooDeepError, and JSONDecodeError for what is no JSON.
    """
    line = line_that_is_deeper(text, DEEPEST)
    if line:
        raise TooDeepError(line)
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf
