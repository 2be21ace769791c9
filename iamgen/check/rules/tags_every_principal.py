"""The rule about policies that allow to change the tags of every user and role."""

from __future__ import annotations

from iamgen.check.rules import Rule
from iamgen.check.rules._broad import everywhere
from iamgen.check.rules._examples import allow, policy, template

_ACTIONS = {
    "iam:TagUser": "user",
    "iam:UntagUser": "user",
    "iam:TagRole": "role",
    "iam:UntagRole": "role",
}

RULE = Rule(
    id="W141",
    name="tags-every-principal",
    level="warning",
    summary="A policy allows to change the tags of every user or role",
    why=(
        "If policies and trust policies depend on `aws:PrincipalTag`, everybody who can set the tags of users and "
        "roles can grant what these policies grant, to themselves as well. Name the users and roles, or limit the "
        "tags by `aws:ResourceTag`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
    check=everywhere(_ACTIONS, "grants whatever policies grant by tags"),
    good=(
        template(AppP=policy(allow("iam:TagRole", "arn:aws:iam::111111111111:role/app"))),
        template(AppP=policy(allow("iam:TagPolicy"))),
    ),
    bad=(
        template(AppP=policy(allow(["iam:TagUser", "iam:TagRole"]))),
        template(AppP=policy(allow("iam:Tag*", "arn:aws:iam::*:role/*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
