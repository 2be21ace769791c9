"""`Forbid`: what nobody may ever be able to do, except those whom it excepts."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from iamgen.declaration.declared_type import Assertion
from iamgen.declaration.field_types import AccountNames, Actions, Actors, Arns, Mfa, Text


@dataclass(frozen=True, eq=False, repr=False)
class Forbid(Assertion):
    """What nobody may be able to do: `check`, `release`, `promote` and `deploy` fail if somebody can.

    `Forbid("cloudtrail:StopLogging", accounts="*prod", but=("AdminR",), because="the trail is our evidence")`

    Fields:
        actions: an action, or several in a tuple; with wildcards "s3:Delete*", or "*" for every action
        on: the resources: an ARN that may have wildcards, or several in a tuple; by default every resource
        accounts: where it is forbidden: a name or pattern, or several in a tuple; by default in every account
        who: who must not be able to: names or patterns of people, machines, services and roles; by default everybody
        but: who is an exception, written in the same way; a role excepts everybody while they act as that role
        mfa: True for users who have signed in with MFA, False for users without MFA; by default both
        because: why it is forbidden; the message repeats it
    """

    actions: Actions
    _: KW_ONLY
    on: Arns = "*"
    accounts: AccountNames = "*"
    who: Actors = "*"
    but: Actors = ()
    mfa: Mfa = None
    because: Text = ""
