"""A trust policy that IAM will not take."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import MFA, role, template, trust
from iamgen.check.rules._lengths import Ruler, over
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    ruler = Ruler(template, facts)
    for document in template.documents:
        if document.kind == "trust":
            length = ruler.document(document)
            if length > facts.trust_policy_quota:
                what = f"{document.owner}'s trust has {over(length, facts.trust_policy_quota)}"
                yield Problem(document.path, f"{what}: {_remedy(length)}")


def _remedy(length: int) -> str:
    raised = quotas.TRUST_POLICY_RAISED
    fewer = "name the account, and users by a condition on aws:username, or let fewer in"
    return f"{fewer}; AWS raises the quota to {raised:,} on request" if length <= raised else fewer


_USERS = [f"arn:aws:iam::111111111111:user/person-{number}" for number in range(60)]

RULE = Rule(
    id="E122",
    name="trust-policy-too-long",
    level="error",
    summary="A trust policy is longer than the account's quota",
    why=(
        "The quota is 2,048 characters, 8,192 once AWS has raised it, and a listed user takes some 46. IAM refuses "
        "what is longer. White space is not counted; what functions stand for counts as far as it is known."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(ReadR=role(trust({"AWS": _USERS[:35]}, Condition=MFA))),),
    bad=(template(ReadR=role(trust({"AWS": _USERS}, Condition=MFA))),),
)
