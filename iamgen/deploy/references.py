"""A stack's template, and where the stack is: what most modules that plan a deployment are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamgen.iam.place import Place

__all__ = ("Place", "StackTemplate")
StackTemplate = Mapping[str, Any]
"""A template as JSON gives it."""
