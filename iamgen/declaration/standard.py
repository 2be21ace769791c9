"""What exists without a declaration: the standardized roles, and a few defaults."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ADMIN, OPS, READ = "AdminR", "OpsR", "ReadR"
STANDARD_ROLES = (ADMIN, OPS, READ)
DEFAULT_SESSION_HOURS: Mapping[str, int] = MappingProxyType({ADMIN: 1, OPS: 4, READ: 12})
DEFAULT_STACK = "infra"
PEOPLE_ACCOUNT = "user-only"
"""The name of the account that holds people; where another account holds them, this is another name for that one."""
