"""The rule about a role that nobody may assume."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import LAMBDA, role, template, trust
from iamgen.check.rules._principals import trusts
from iamgen.declaration.model import STANDARD_ROLES
from iamgen.iam.template import ROLE, Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    assumed = {document.owner for document, _ in trusts(template)}
    read = {document.owner for document in template.documents if document.kind == "trust" and document.statements}
    for resource in template.of_type(ROLE):
        name = resource.logical_id
        if name in read - assumed - facts.held_roles and name not in STANDARD_ROLES:
            how = "grant it to somebody, say who else may assume it, or remove it"
            yield Problem(resource.path, f"nobody may assume {name}: {how}")


RULE = Rule(
    id="W173",
    name="role-of-nobody",
    level="warning",
    summary="Nobody may assume a role, in any account",
    why=(
        "Such a role is a leftover: its last grant was removed or has ended, or it was never granted to anybody. "
        "It keeps its power, and if somebody adds a line to its trust policy later, they give away all of this "
        "power without noticing. A declared role that somebody may assume in another account does not count, nor "
        "do AdminR, OpsR and ReadR, which are generated in every account."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    check=_check,
    good=(template(AppR=role(trust(LAMBDA))),),
    bad=(template(AppR=role({**trust({"AWS": "*"}), "Effect": "Deny"})),),
)
