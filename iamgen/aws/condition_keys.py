"""Condition keys of AWS by which iamgen tells callers apart, in lower case.

Source: IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

NAMES_OF_CALLERS = frozenset(("aws:principalarn", "aws:userid", "aws:username"))
"""Keys whose value is a name or id of the caller, so that every caller has another one."""
OF_USERS_ALONE = ("aws:multifactorauthpresent", "aws:multifactorauthage", "aws:username")
"""Keys that a user's requests may have, and that requests of a role's session are taken not to have."""
