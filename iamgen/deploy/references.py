"""The types of a stack's template and of the stack's place, which most modules that plan a deployment use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamgen.iam.place import Place

__all__ = ("Place", "StackTemplate")
StackTemplate = Mapping[str, Any]
"""A template as JSON gives it."""
