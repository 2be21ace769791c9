"""Check names of profiles: every program that reads `~/.aws` has to accept them.

The AWS CLI takes almost any name. AWS's library for JavaScript passes over a profile whose name has another character
than these, and older releases of it add the profile's options to the section before. AWS's library for Go, and with it
Terraform, refuses the whole file for some of them. The tests in `tests/client` hold this against the programs.
"""

from __future__ import annotations

from string import ascii_letters, digits

PUNCTUATION = "_@+.%:/-"
RULE = f"letters, digits and {PUNCTUATION}"
_CHARACTERS = frozenset(ascii_letters + digits + PUNCTUATION)
_REFUSED = "__proto__"  # by the library for JavaScript


def is_read_by_all(name: str) -> bool:
    """Tell whether every program that reads `~/.aws` knows a profile of this name."""
    return bool(name) and _CHARACTERS.issuperset(name) and name != _REFUSED
