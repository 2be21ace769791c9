"""What the options before the command decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iamgen.ui.console import Console


@dataclass
class Session:
    """Where to work and whom to tell; an error may come before the options are read."""

    console: Console
    folder: Path = Path()
