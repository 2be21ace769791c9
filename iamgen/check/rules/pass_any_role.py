"""The rule against a policy that lets its holders pass any role to a service (iam:PassRole)."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.escalation import PASS_ROLE
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action, matched
from iamgen.check.rules._escalation import denied
from iamgen.check.rules._examples import allow, policy, template
from iamgen.check.rules._narrowing import is_every_resource, reaches_all
from iamgen.iam.attachments import is_declared
from iamgen.iam.statements import ReadStatement
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template
from iamgen.iam.values import Value


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    declared = facts.iam_roles | facts.admin_roles
    for document in template.documents:
        if document.kind in ("identity", "inline"):
            outright = PASS_ROLE in denied(document.statements)
            for statement in document.statements:
                action = _passing(statement)
                if action and not outright and not is_declared(document, template, declared):
                    by = "" if action.text == PASS_ROLE else f" by {action.text}"
                    problem = f"{document.owner} may pass every role to a service (iam:PassRole on *{by})"
                    yield Problem(_place(statement, action), f"{problem}: name the roles that it is to pass")


def _place(statement: ReadStatement, action: Value) -> Path:
    """Return the path of the resource that is every role; of the action where the statement has NotResource."""
    every = (resource for resource in statement.resources if is_every_resource(resource, "iam", "role"))
    return next(every, action).path


def _passing(statement: ReadStatement) -> Value | None:
    """Return the action by which a statement allows to pass any role. An Allow of every action is another fault."""
    if not statement.allows or not reaches_all(statement, "iam", "role"):
        return None
    return matched((action for action in statement.actions if not is_every_action(action.text)), PASS_ROLE.lower())


RULE = Rule(
    id="E112",
    name="pass-any-role",
    level="error",
    summary="A policy allows iam:PassRole on every role, and is not declared to have power over IAM",
    why=(
        "Somebody who may pass any role to a service may pass the most powerful one, and use its power through "
        "what the service runs. `iam:*` and `iam:Pass*` include this. Some limits are none: patterns such as "
        "`role/?*` or `r*`, one pattern for each letter, and conditions that every request meets (`*`, the own "
        "account, a negation). A condition on `iam:PassedToService` that names services counts as a limit here; "
        "W118 reports whether the holder can use these services. A role that is declared to have IAM may pass "
        "every role."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    check=_check,
    good=(
        template(AppP=policy(allow("iam:PassRole", "arn:aws:iam::111111111111:role/app"))),
        template(AppP=policy(allow(["iam:PassRole", "s3:GetObject"], "arn:aws:s3:::*"))),
        template(AppP=policy(allow("iam:*"), {**allow("iam:PassRole"), "Effect": "Deny"})),
        template(
            AppP=policy(
                allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
            )
        ),
    ),
    bad=(
        template(AppP=policy(allow("iam:PassRole"))),
        template(AppP=policy(allow(["s3:*", "iam:Pass*"], ["arn:aws:iam::111111111111:role/*"]))),
        template(AppP=policy(allow("iam:*"))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
