"""`Require`: what somebody must always be able to do."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from iamgen.declaration.declared_type import Assertion
from iamgen.declaration.field_types import AccountNames, Actions, Actors, Arns, Mfa, Text


@dataclass(frozen=True, eq=False, repr=False)
class Require(Assertion):
    """What somebody must always be able to do: `check`, `release`, `promote` and `deploy` fail if they cannot.

    `Require("s3:GetObject", who="ReadR", because="support looks into reports")`

    Fields:
        actions: an action, or several in a tuple; a wildcard such as "s3:Get*" means every action that iamgen knows
        who: who must be able to: names or patterns of people, CI users, pipelines, services and roles
        on: the resources: an ARN that may have wildcards, or several in a tuple; by default every resource
        accounts: where: a name or pattern, or several in a tuple; by default in every account where they exist
        but: who need not be able to, written in the same way; a role that is named here does not count as a way
        mfa: False to require it without MFA; by default people have signed in with MFA
        because: why it is required; the message repeats it
    """

    actions: Actions
    _: KW_ONLY
    who: Actors
    on: Arns = "*"
    accounts: AccountNames = "*"
    but: Actors = ()
    mfa: Mfa = None
    because: Text = ""
