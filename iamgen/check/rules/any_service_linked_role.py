"""The rule about policies that allow to create the service-linked role of any service."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTION = "iam:CreateServiceLinkedRole"

RULE = Rule(
    id="W149",
    name="any-service-linked-role",
    level="warning",
    summary="A policy allows to make the service-linked role of every service",
    why=(
        "A service-linked role gives a service the rights that AWS chose for it, in the whole account, and control "
        "policies do not limit it. Somebody who sets up one service needs only the role of that service: name it "
        "in a condition on `iam:AWSServiceName`, or by its path."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html",
    # iam:* is told as the power over IAM that they are
    check=everywhere({_ACTION: "role"}, "can bring any service of AWS into the account", by_service=False),
    good=(
        template(
            AppP=policy(allow(_ACTION, Condition={"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}})),
        ),
        template(AppP=policy(allow(_ACTION, "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"))),
    ),
    bad=(
        template(AppP=policy(allow(_ACTION))),
        template(AppP=policy(allow(_ACTION, "arn:aws:iam::111111111111:role/*"))),
    ),
)
