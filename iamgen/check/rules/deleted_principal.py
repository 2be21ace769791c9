"""The rule about trust in a user or role that was deleted, of which only IAM's unique id remains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import ALICE, MFA, role, template, trust
from iamgen.iam.template import Template

_UNIQUE_ID = re.compile(r"(AIDA|AROA)[A-Z0-9]{12,}")
_KINDS = {"AIDA": "user", "AROA": "role"}


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        for statement in document.statements:
            for principal in (*statement.principals, *statement.not_principals):
                match = _UNIQUE_ID.fullmatch(principal.value.text)
                if match:
                    problem = f"{document.owner} names {match[0]}, the id of a {_KINDS[match[1]]} that was deleted"
                    yield Problem(principal.value.path, f"{problem}: take it out, or name the ARN of who is meant")


RULE = Rule(
    id="W148",
    name="deleted-principal",
    level="warning",
    summary="A policy names a user or role by the unique id that is left after it was deleted",
    why=(
        "IAM keeps the unique id of each user and role that a policy names, and shows it in place of the ARN once "
        "the user or role is deleted. A new one of the same name has another id, so nobody can use the entry. "
        "It hides who was meant, and IAM refuses the policy when it is written anew."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_check,
    good=(template(ReadR=role(trust(ALICE, Condition=MFA))),),
    bad=(
        template(ReadR=role(trust({"AWS": "AIDACKCEVSQ6C2EXAMPLE"}, Condition=MFA))),
        template(ReadR=role(trust({"AWS": ["AROADBQP57FF2AEXAMPLE"]}, Condition=MFA))),
    ),
)
