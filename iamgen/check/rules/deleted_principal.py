"""The rule about a principal that is an id, which IAM writes after a user or role was deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.iam.resource_policies import resource_policies
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template

_UNIQUE_ID = re.compile(r"A(IDA|ROA|GPA|IPA|NPA|SCA)[A-Z0-9]{12,}")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        yield from _problems(document.owner, document.statements)
    for policy in resource_policies(template):
        yield from _problems(policy.owner, policy.statements)


def _problems(owner: str, statements: tuple[ReadStatement, ...]) -> Iterator[Problem]:
    for statement in statements:
        for principal in (*statement.principals, *statement.not_principals):
            if _UNIQUE_ID.fullmatch(principal.value.text):
                problem = f"{owner} names the principal {principal.value.text}, the id of a user or role"
                yield Problem(
                    principal.value.path, f"{problem} that has been deleted: write the ARN of the one that is meant"
                )


RULE = Rule(
    id="E148",
    name="deleted-principal",
    level="error",
    summary="A principal is the id of a deleted user or role",
    why=(
        "After a user or role has been deleted, IAM shows an id such as `AIDA…` or `AROA…` in the place of its "
        "ARN, even if a user or role with the same name has been created since. IAM refuses such an id as a "
        "principal of a new policy, and the stack's update fails. A condition on `aws:userid` may contain such an "
        "id."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(ReadR=role(trust(ALICE, Condition={**MFA, "StringLike": {"aws:userid": "AIDACKCEVSQ6C2EXAMPLE"}}))),
    ),
    bad=(
        template(ReadR=role(trust({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, Condition=MFA))),
        template(ReadR=role(trust({"AWS": ["AROACKCEVSQ6C2EXAMPLE", ALICE["AWS"]]}, Condition=MFA))),
    ),
)
