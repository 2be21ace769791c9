"""`Accept`: a finding of `iamgen audit` that is known and accepted."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Annotated

from iamgen.declaration.audit_rules import AuditRule
from iamgen.declaration.declared_type import Acceptance
from iamgen.declaration.field_types import AccountNames, Text


@dataclass(frozen=True, eq=False, repr=False)
class Accept(Acceptance):
    """A finding of `iamgen audit` that you accept: it is still listed and counted, but makes no nightly job fail.

    `Accept("outside-principal", "VendorR", "our monitoring", accounts="dev", detail="arn:aws:iam::999999999999:root")`

    Fields:
        rule: the rule that reports the finding, such as "administrator" or "outside-principal"
        subject: the name of the role, user, group or policy that the finding is about, with the wildcards * and ?
        reason: why the finding may stay; each audit repeats it
        accounts: where it is accepted: an account name or pattern, or several in a tuple
        detail: what exactly is accepted, as the finding says it: whom the role trusts, the group, the day of the key
    """

    rule: Annotated[AuditRule, "a rule of `iamgen docs people`, such as 'administrator'"]
    subject: Text
    reason: Text
    _: KW_ONLY
    accounts: AccountNames
    detail: Text = ""
