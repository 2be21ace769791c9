"""`Require`: what somebody must always be able to do."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from iamgen.declaration.declared_type import Assertion
from iamgen.declaration.field_types import AccountNames, Actions, Actors, Arns, Mfa, Text


@dataclass(frozen=True, eq=False, repr=False)
class Require(Assertion):
    """What must always be possible: `check`, `release`, `promote` and `deploy` fail where it is not.

    `Require("s3:GetObject", who="ReadR", because="support looks into reports")`

    Fields:
        actions: an action, or several in a tuple; with wildcards "s3:Get*", of which every known action is required
        who: who has to be able to: names or patterns of people, CI users, pipelines, services and roles
        on: the resources: an ARN that may have wildcards, or several in a tuple; by default every resource
        accounts: where: a name or pattern, or several in a tuple; by default in every account that has them
        but: who of them does not have to, in the same way; of a role, that it does not count as a way
        mfa: False to require it without MFA; by default people have signed in with MFA
        because: why, for those who meet the message
    """

    actions: Actions
    _: KW_ONLY
    who: Actors
    on: Arns = "*"
    accounts: AccountNames = "*"
    but: Actors = ()
    mfa: Mfa = None
    because: Text = ""
