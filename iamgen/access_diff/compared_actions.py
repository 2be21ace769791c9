"""The actions of AWS that are compared, loaded when the first policies differ: most changes are about trust alone."""

from __future__ import annotations

from functools import lru_cache

from iamgen.access.known_actions import KnownActions
from iamgen.aws.data.services import every_action


@lru_cache(maxsize=1)
def compared_actions() -> KnownActions:
    """Return the actions that AWS is known to have, with those that stand for others to come."""
    return KnownActions.with_unlisted(every_action())
