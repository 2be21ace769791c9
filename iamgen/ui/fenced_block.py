"""Write blocks of Markdown whose text is shown as it is."""

from __future__ import annotations

import re

_FENCE = 3


def fenced(text: str, language: str) -> str:
    """Return the text in a block that nothing in it ends."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(_FENCE, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
