"""The rule about policies that allow to make the service-linked role of every service."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {"iam:CreateServiceLinkedRole": "role/aws-service-role"}
_OWN = "arn:aws:iam::111111111111:role/aws-service-role/ecs.amazonaws.com/*"

RULE = Rule(
    id="W163",
    name="any-service-linked-role",
    level="warning",
    summary="A policy allows to make the service-linked role of every service",
    why=(
        "With its role a service may act in the account, and has powers that no policy of the account limits. Name "
        "the services by the condition `iam:AWSServiceName`, or by resources such as "
        "`role/aws-service-role/ecs.amazonaws.com/*`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html",
    check=everywhere(_ACTIONS, "lets every service into the account", by_service=False),
    good=(
        template(AppP=policy(allow("iam:CreateServiceLinkedRole", _OWN))),
        template(
            AppP=policy(
                allow(
                    "iam:CreateServiceLinkedRole",
                    Condition={"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}},
                )
            )
        ),
    ),
    bad=(
        template(AppP=policy(allow("iam:CreateServiceLinkedRole"))),
        template(AppP=policy(allow("iam:CreateServiceLinkedRole", "arn:aws:iam::*:role/aws-service-role/*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
