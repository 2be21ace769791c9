"""Text of others, made fit for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return the text in one line, with escapes for what a terminal would obey and for what nobody would see."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
