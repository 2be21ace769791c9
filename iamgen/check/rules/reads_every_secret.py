"""The rule about policies that allow to read every secret of an account."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {
    "secretsmanager:GetSecretValue": "secret",
    "secretsmanager:BatchGetSecretValue": "",
    "ssm:GetParameter": "parameter",
    "ssm:GetParameters": "parameter",
    "ssm:GetParametersByPath": "parameter",
    "kms:Decrypt": "key",
    "kms:ReEncryptFrom": "key",
}

RULE = Rule(
    id="W137",
    name="reads-every-secret",
    level="warning",
    summary="A policy allows to read every secret, every parameter, or what every key encrypts",
    why=(
        "Secrets and parameters are the passwords and tokens of everything that runs in the account. Somebody who "
        "can read all of them can act as each of these programs, without any other permission. Name the secrets, "
        "the path of the parameters and the keys. A condition such as `kms:ViaService`, or on a resource's tag, is "
        "a limit too."
    ),
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
    check=everywhere(_ACTIONS, "reads what is secret to all that runs in the account"),
    good=(
        template(AppP=policy(allow("ssm:GetParameter", "arn:aws:ssm:*:*:parameter/app/*"))),
        template(
            AppP=policy(
                allow("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}})
            )
        ),
        template(AppP=policy(allow("secretsmanager:*"), {**allow("secretsmanager:*Get*"), "Effect": "Deny"})),
    ),
    bad=(
        template(AppP=policy(allow("secretsmanager:GetSecretValue"))),
        template(AppP=policy(allow("ssm:Get*", "arn:aws:ssm:*:*:parameter/*"))),
        template(AppP=policy(allow("kms:*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
