"""All types of users.py and the standardized roles, so that the rest of the program imports them from one module.

Each type lies in a module of its own in `types`; `load` gathers what is declared by name.
"""

from __future__ import annotations

from iamgen.declaration.standard import ADMIN, DEFAULT_SESSION_HOURS, OPS, READ, STANDARD_ROLES
from iamgen.declaration.types.ci_user import CIUser
from iamgen.declaration.types.emergency import Emergency
from iamgen.declaration.types.grant import Grant
from iamgen.declaration.types.group import Group
from iamgen.declaration.types.pipeline import Pipeline
from iamgen.declaration.types.policy import Policy
from iamgen.declaration.types.role import Role
from iamgen.declaration.types.settings import Settings
from iamgen.declaration.types.user import User

__all__ = (
    "ADMIN",
    "DEFAULT_SESSION_HOURS",
    "OPS",
    "READ",
    "STANDARD_ROLES",
    "CIUser",
    "Emergency",
    "Grant",
    "Group",
    "Pipeline",
    "Policy",
    "Role",
    "Settings",
    "User",
)
