"""The rule about administrators' roles whose sessions last longer than four hours."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action
from iamgen.check.rules._examples import allow, document, role, template
from iamgen.iam.attachments import TemplateHolder, holders
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import ROLE, Template

_LONGEST = 4 * 3600
_ADMINISTRATOR = ":policy/AdministratorAccess"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for holder in holders(template):
        if holder.resource.type == ROLE and _is_administrator(holder):
            for duration in holder.resource.values("MaxSessionDuration"):
                if duration.text.isdecimal() and int(duration.text) > _LONGEST:
                    problem = f"{holder.resource.logical_id} may do everything, in sessions of up to"
                    hours = f"{int(duration.text) / 3600:g} hours"
                    yield Problem(duration.path, f"{problem} {hours}: let them end after four hours at most")


def _is_administrator(holder: TemplateHolder) -> bool:
    by_statement = any(_allows_everything(statement) for policy in holder.documents for statement in policy.statements)
    return by_statement or any(policy.text.endswith(_ADMINISTRATOR) for policy in holder.aws)


def _allows_everything(statement: ReadStatement) -> bool:
    actions = any(is_every_action(action.text) for action in statement.actions)
    return statement.allows and actions and any(resource.text == "*" for resource in statement.resources)


_ADMIN = ["arn:aws:iam::aws:policy/AdministratorAccess"]
_EVERYTHING = [{"PolicyName": "All", "PolicyDocument": document(allow("*"))}]

RULE = Rule(
    id="W162",
    name="long-administrator-session",
    level="warning",
    summary="A role with full power has sessions of more than four hours",
    why=(
        "The credentials of a session work until they expire, wherever they are, and nobody can take back a single "
        "one of them. An administrator's credentials should end soon after the work for which they are needed. "
        "AWS's default is one hour; the rule warns above four hours."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html",
    check=_check,
    good=(
        template(AdminR=role(ManagedPolicyArns=_ADMIN, MaxSessionDuration=3600)),
        template(AdminR=role(ManagedPolicyArns=_ADMIN)),
        template(ReadR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"], MaxSessionDuration=43200)),
        template(AdminR=role(ManagedPolicyArns=_ADMIN, MaxSessionDuration={"Ref": "Seconds"})),
    ),
    bad=(
        template(AdminR=role(ManagedPolicyArns=_ADMIN, MaxSessionDuration=43200)),
        template(AdminR=role(Policies=_EVERYTHING, MaxSessionDuration="28800")),
    ),
)
