"""The rule about policies that allow to take an account out of its organization, close it, or give it to others."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {
    "organizations:LeaveOrganization": "",
    "organizations:RemoveAccountFromOrganization": "",
    "organizations:MoveAccount": "",
    "organizations:CloseAccount": "",
    "organizations:DeleteOrganization": "",
    "organizations:DetachPolicy": "",
    "organizations:UpdatePolicy": "",
    "organizations:DeletePolicy": "",
    "organizations:DisablePolicyType": "",
    "organizations:RegisterDelegatedAdministrator": "",
    "account:CloseAccount": "",
    "account:StartPrimaryEmailUpdate": "",
    "account:AcceptPrimaryEmailUpdate": "",
    "account:PutContactInformation": "",
    "account:PutAlternateContact": "",
    "account:EnableRegion": "",
    "account:DisableRegion": "",
}

RULE = Rule(
    id="W164",
    name="changes-the-account",
    level="warning",
    summary="A policy allows to change the owner of the account, or what its organization forbids",
    why=(
        "An account loses the limits of its organization if it leaves the organization, or if its service control "
        "policies are detached. Somebody who changes its e-mail address or contacts gets AWS's messages and the "
        "root user's password. In a region that nobody watches, nobody sees what runs. Put these actions into a "
        "role of their own."
    ),
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_best-practices.html",
    check=everywhere(_ACTIONS, "can take the account out of its owner's control"),
    good=(
        template(AuditP=policy(allow(["organizations:Describe*", "organizations:List*", "account:Get*"]))),
        template(
            AppP=policy(
                allow("organizations:MoveAccount", "arn:aws:organizations::111111111111:account/o-1/222222222222")
            )
        ),
    ),
    bad=(
        template(AppP=policy(allow("organizations:LeaveOrganization"))),
        template(AppP=policy(allow("account:*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
