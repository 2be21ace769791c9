"""`Forbid`: what nobody may ever be able to do, except those whom it excepts."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from iamgen.declaration.declared_type import Assertion
from iamgen.declaration.field_types import AccountNames, Actions, Actors, Arns, Mfa, Text


@dataclass(frozen=True, eq=False, repr=False)
class Forbid(Assertion):
    """What must never be possible: `check`, `release`, `promote` and `deploy` fail where it is.

    `Forbid("cloudtrail:StopLogging", accounts="*prod", but=("AdminR",), because="the trail is our evidence")`

    Fields:
        actions: an action, or several in a tuple; with wildcards "s3:Delete*", or "*" for every action
        on: the resources: an ARN that may have wildcards, or several in a tuple; by default every resource
        accounts: where it is forbidden: a name or pattern, or several in a tuple; by default in every account
        who: to whom: names or patterns of people, CI users, pipelines, services and roles; by default to everybody
        but: to whom it is not forbidden, in the same way: they themselves, or whoever acts as such a role
        mfa: True for users who signed in with MFA, False for those who did not; by default for both
        because: why, for those who meet the message
    """

    actions: Actions
    _: KW_ONLY
    on: Arns = "*"
    accounts: AccountNames = "*"
    who: Actors = "*"
    but: Actors = ()
    mfa: Mfa = None
    because: Text = ""
