"""The values of the options that stand before the command: the folder, and the colours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iamgen.ui.console import Console

FOLDER = "iamgen.folder"
"""Where click's context keeps the folder of -C."""


@dataclass
class Session:
    """Where a command works and prints. It is filled in late, because an error may come before the options are read."""

    console: Console
    """Where to print and to ask."""
    folder: Path = Path()
    """Where to begin to look for the repository, upwards."""
