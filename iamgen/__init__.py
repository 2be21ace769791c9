"""What a declaration, `users.py`, imports. Nothing is loaded until a name is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iamgen.declaration.model import (
        CIUser,
        Emergency,
        Grant,
        Group,
        Pipeline,
        Policy,
        Role,
        Settings,
        User,
    )

__all__ = ("CIUser", "Emergency", "Grant", "Group", "Pipeline", "Policy", "Role", "Settings", "User")


def __getattr__(name: str) -> Any:  # noqa: ANN401  # a module attribute may be anything
    """Return a declared type, loading the model on first use: `iamgen --help` needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from iamgen.declaration import model

    return getattr(model, name)


def __dir__() -> list[str]:
    return sorted(__all__)
