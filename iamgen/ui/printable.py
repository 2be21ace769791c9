"""Escape characters that a terminal would obey, such as control characters, in text from elsewhere."""

from __future__ import annotations


def printable(text: str) -> str:
    """Return the text in one line, with escapes for what a terminal would obey and for what nobody would see."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def printable_lines(text: str) -> str:
    """Return the text in the lines that it has, each as `printable` makes it."""
    return text if text.isprintable() else "\n".join(map(printable, text.split("\n")))
