"""The rule about administrators without an end: many in one account, or somebody in every account."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import MFA, role, template, trust
from iamgen.check.rules._principals import trusts
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import ROLE, Template

_MOST = 5
_SHOWN = 3
_TIME = ("aws:currenttime", "aws:epochtime")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for resource in template.of_type(ROLE):
        name = resource.logical_id
        if name in facts.admin_roles:
            statements = [statement for document, statement in trusts(template) if document.owner == name]
            people = list(dict.fromkeys(person for item in statements for person in _people(item)))
            if len(people) > _MOST:
                problem = f"{len(people)} people may assume {name} without an end ({', '.join(people[:_SHOWN])}, …)"
                yield Problem(resource.path, f"{problem}: grant it until a day, to those who need it")
    for person, about in facts.administrators_everywhere.items():
        problem = f"{person} is administrator of every account, without an end"
        yield Problem(("Resources",), f"{problem}: grant AdminR where it is needed, or until a day", about)


def _people(statement: ReadStatement) -> Iterator[str]:
    """Yield the users whom a statement lets in without an end."""
    if not any(condition.name in _TIME for condition in statement.conditions):
        for principal in statement.principals:
            if ":user/" in principal.value.text:
                yield principal.value.text.rpartition("/")[2]
        for condition in statement.conditions:
            if condition.name == "aws:username" and "not" not in condition.test:
                yield from (value.text for value in condition.values)


_FULL = ["arn:aws:iam::aws:policy/AdministratorAccess"]
_TEAM = [f"arn:aws:iam::111111111111:user/{name}" for name in ("alice", "bob", "carol", "dave", "erin", "frank")]

RULE = Rule(
    id="W171",
    name="many-administrators",
    level="warning",
    summary=(
        "Many people are administrators of an account without an end, or somebody is administrator of every account"
    ),
    why=(
        "AdminR is for work that no other role can do. If somebody has it all the time, an attacker can steal it "
        "all the time, and the more people have it, the easier this is. The rule reports more than five people who "
        "have AdminR in an account by grants without an end, and each person who has it in every account, "
        "production included. Grants with an end do not count. People with `power=True` do not count either, "
        "because they can become anybody. If a repository has a single account, or a small team wants it so, "
        "ignore the rule and say why."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    check=_check,
    good=(template(AdminR=role(trust({"AWS": _TEAM[:_MOST]}, Condition=MFA), ManagedPolicyArns=_FULL)),),
    bad=(template(AdminR=role(trust({"AWS": _TEAM}, Condition=MFA), ManagedPolicyArns=_FULL)),),
)
