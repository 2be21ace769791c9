"""Measure the length of a policy document as IAM does, without white space outside of strings.

Source: IAM User Guide, "IAM and AWS STS quotas, name requirements, and character limits".
"""

from __future__ import annotations

import json
from collections.abc import Callable

ENTRY_MARKS = len('"",')
"""How many characters an entry takes in a list of JSON, besides itself."""


def characters(document: object, plain: Callable[[object], object] = str) -> int:
    """Return the characters of a document that IAM counts; `plain` turns other values into JSON values."""
    return len(compact(document, plain))


def compact(document: object, plain: Callable[[object], object] = str) -> str:
    """Return a document as JSON without any white space of its own."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=plain)
