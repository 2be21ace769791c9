"""The rule about policies that allow to open every bucket, key, secret or function to others."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {
    "s3:PutBucketPolicy": "",
    "s3:PutBucketAcl": "",
    "s3:PutAccountPublicAccessBlock": "",
    "s3:PutBucketPublicAccessBlock": "",
    "kms:PutKeyPolicy": "key",
    "kms:CreateGrant": "key",
    "ecr:SetRepositoryPolicy": "repository",
    "lambda:AddPermission": "",
    "secretsmanager:PutResourcePolicy": "secret",
    "sns:AddPermission": "",
    "sqs:AddPermission": "",
    "sqs:SetQueueAttributes": "",
    "sns:SetTopicAttributes": "",
}

RULE = Rule(
    id="W138",
    name="opens-every-resource",
    level="warning",
    summary="A policy allows to change who may use every bucket, key, secret, queue, topic, repository or function",
    why=(
        "Somebody who may write the policy of a resource decides who can use it, also from other accounts, and may "
        "let themselves in. `s3:*` and `kms:*` include this. Name the resources, or leave these actions out."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
    check=everywhere(_ACTIONS, "decides who may use every one of them"),
    good=(
        template(AppP=policy(allow("s3:PutBucketPolicy", "arn:aws:s3:::acme-data"))),
        template(AppP=policy(allow(["s3:Get*", "kms:Decrypt"], ["arn:aws:s3:::acme-data/*"]))),
    ),
    bad=(
        template(AppP=policy(allow(["s3:PutBucketPolicy", "kms:PutKeyPolicy"]))),
        template(AppP=policy(allow("s3:*", "arn:aws:s3:::*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
