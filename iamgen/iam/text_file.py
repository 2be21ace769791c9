"""Read the text of a file and parse it. Every way in which that can fail is reported as a fault of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from iamgen.errors import IamgenError, refuse
from iamgen.iam.syntax import RepeatedKeysFault, SyntaxFault

TextValue = TypeVar("TextValue")


def read_text(file: Path, where: str, hint: str) -> str:
    """Return the text of a file, which messages call `where`. Raises IamgenError for one that cannot be read, and, with
    this hint, for one that is not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as exc:
        raise refuse(where, f"cannot be read: {exc.strerror}", "check that it is a readable file") from exc
    except UnicodeDecodeError as exc:
        raise refuse(where, "is not UTF-8", hint) from exc


def parsed(where: str, text: str, parse: Callable[[str], TextValue], hint: str) -> TextValue:
    """Return what a text says, as `parse` reads it. Raises IamgenError, with the line where it is known, for a key that
    stands twice, and, with this hint, for wrong syntax."""
    try:
        return parse(text)
    except RepeatedKeysFault as exc:
        raise IamgenError(repeated.fault(f"{where}:{repeated.line}") for repeated in exc.keys) from exc
    except SyntaxFault as exc:
        raise refuse(f"{where}:{exc.line}" if exc.line else where, exc.problem, hint) from exc
