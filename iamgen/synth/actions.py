"""The actions of a service as awacs objects, by the service's prefix."""

from __future__ import annotations

from awacs.aws import Action


def actions(prefix: str, *names: str) -> list[Action]:
    """Return the service's actions of these names; a name may be a pattern such as `Get*`.

    The modules that awacs has for single services would give the same objects, and take 5 ms to import.
    """
    return [Action(prefix, name) for name in names]
