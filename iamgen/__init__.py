"""The names that `users.py` imports from iamgen. A module is loaded only when one of its names is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamgen.declaration.types.accept import Accept
    from iamgen.declaration.types.ci_user import CIUser
    from iamgen.declaration.types.emergency import Emergency
    from iamgen.declaration.types.forbid import Forbid
    from iamgen.declaration.types.grant import Grant
    from iamgen.declaration.types.group import Group
    from iamgen.declaration.types.pipeline import Pipeline
    from iamgen.declaration.types.policy import Policy
    from iamgen.declaration.types.require import Require
    from iamgen.declaration.types.role import Role
    from iamgen.declaration.types.settings import Settings
    from iamgen.declaration.types.user import User

__all__ = (
    "Accept",
    "CIUser",
    "Emergency",
    "Forbid",
    "Grant",
    "Group",
    "Pipeline",
    "Policy",
    "Require",
    "Role",
    "Settings",
    "User",
)

if not TYPE_CHECKING:  # a type checker that saw it would take every misspelt name for a good one

    def __getattr__(name: str) -> type:
        """Return a declared type, loading its module on first use: `iamgen --help` needs none of them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = {"CIUser": "ci_user"}.get(name, name.lower())
        return getattr(import_module(f"iamgen.declaration.types.{module}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
