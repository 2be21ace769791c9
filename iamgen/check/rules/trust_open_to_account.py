"""The rule about a role that everybody in a whole account may assume."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.check.rules._principals import is_account, says_who, trusts
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        if not says_who(statement):
            for principal in filter(is_account, statement.principals):
                account = principal.value.text
                problem = f"{document.owner} trusts all of account {account}: its administrators decide who comes in"
                yield Problem(
                    principal.value.path, f"{problem}; name users, or add a condition on aws:username and MFA"
                )


_ROOT = {"AWS": "arn:aws:iam::111111111111:root"}
_NAMED = {**MFA, "StringEquals": {"aws:username": "alice"}}

RULE = Rule(
    id="E102",
    name="trust-open-to-account",
    level="error",
    summary="A trust policy's principal is a whole account, and no condition says who in this account",
    why=(
        "`:root` is not the root user. It stands for every user and role of the account whose own policies let "
        "them assume the role. Therefore that account decides who gets in, and not this template. Some conditions "
        "do not narrow this: conditions on time, region or transport, on MFA, and on the account or its "
        "organization; conditions that are true when the key is absent; conditions that only exclude somebody "
        "(`StringNotEquals`); and conditions that everybody meets (`*`, `role/*`, `0.0.0.0/0`)."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(ReadR=role(trust(_ROOT, Condition=_NAMED))),
        template(VendorR=role(trust(_ROOT, Condition={"StringEquals": {"sts:ExternalId": "example"}}))),
    ),
    bad=(
        template(ReadR=role(trust(_ROOT))),
        template(ReadR=role(trust({"AWS": ["111111111111"]}))),
        template(ReadR=role(trust({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}))),
        template(ReadR=role(trust(_ROOT, Condition={"Bool": {"aws:SecureTransport": "true"}}))),
        template(ReadR=role(trust(_ROOT, Condition=MFA))),
        template(ReadR=role(trust(_ROOT, Condition={**MFA, "StringLike": {"aws:username": "*"}}))),
        template(ReadR=role(trust(_ROOT, Condition={**MFA, "StringNotEquals": {"aws:username": "mallory"}}))),
        template(
            VendorR=role(trust(_ROOT, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}}))
        ),
    ),
)
