"""The rule about policies that allow to replace or destroy every secret, parameter or key."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {
    "secretsmanager:PutSecretValue": "secret",
    "secretsmanager:UpdateSecret": "secret",
    "secretsmanager:DeleteSecret": "secret",
    "ssm:PutParameter": "parameter",
    "ssm:DeleteParameter": "parameter",
    "ssm:DeleteParameters": "parameter",
    "kms:ScheduleKeyDeletion": "key",
    "kms:DisableKey": "key",
}

RULE = Rule(
    id="W165",
    name="writes-every-secret",
    level="warning",
    summary="A policy allows to replace or destroy every secret, parameter or key",
    why=(
        "The programs in the account trust its secrets and parameters: somebody who writes them decides which "
        "database, image or address these programs use. If a key is destroyed, everything that it encrypts is "
        "lost. Name the secrets, parameters and keys, by a path or a tag."
    ),
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
    check=everywhere(_ACTIONS, "changes what all that runs in the account believes or needs"),
    good=(
        template(AppP=policy(allow("ssm:PutParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/app/*"))),
        template(
            AppP=policy(
                allow("secretsmanager:PutSecretValue", Condition={"StringEquals": {"aws:ResourceTag/app": "x"}})
            )
        ),
    ),
    bad=(
        template(AppP=policy(allow("secretsmanager:PutSecretValue"))),
        template(AppP=policy(allow(["ssm:PutParameter", "kms:ScheduleKeyDeletion"]))),
        template(AppP=policy(allow("ssm:Put*", "arn:aws:ssm:*:*:parameter/*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
