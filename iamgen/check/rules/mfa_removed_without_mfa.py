"""The rule about people who may deactivate their own MFA device without having used it."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matched
from iamgen.check.rules._examples import MFA, allow, policy, template
from iamgen.check.rules._principals import denies_without_mfa, proves_mfa
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import Template

_DEACTIVATE = "iam:deactivatemfadevice"


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    documents = [document for document in template.documents if document.kind in ("identity", "inline")]
    if any(_denies(statement) for document in documents for statement in document.statements):
        return
    for document in documents:
        for statement in filter(_is_about_oneself, document.statements):
            action = matched(statement.actions, _DEACTIVATE)
            if action and not any(map(proves_mfa, statement.conditions)):
                problem = f"{document.owner} lets users deactivate their MFA device without MFA by {action.text}"
                yield Problem(action.path, f"{problem}: add the condition Bool aws:MultiFactorAuthPresent = true")


def _is_about_oneself(statement: ReadStatement) -> bool:
    return statement.allows and any("${aws:username}" in resource.text for resource in statement.resources)


def _denies(statement: ReadStatement) -> bool:
    """Return whether a Deny keeps everybody without MFA from it."""
    meant = matched(statement.actions, _DEACTIVATE) is not None
    remains = bool(statement.not_actions) and matched(statement.not_actions, _DEACTIVATE) is None
    return denies_without_mfa(statement) and (meant or remains)


_OWN_USER = "arn:aws:iam::111111111111:user/${aws:username}"
_GUARD = {
    "Effect": "Deny",
    "NotAction": ["iam:EnableMFADevice", "sts:GetSessionToken"],
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}

RULE = Rule(
    id="W166",
    name="mfa-removed-without-mfa",
    level="warning",
    summary="Users may deactivate their own MFA device without having used it",
    why=(
        "Somebody who has stolen a password or an access key could remove the device, register their own, and have "
        "MFA from then on. The permission needs the condition `Bool` `aws:MultiFactorAuthPresent` = `true`, or a "
        "Deny with `BoolIfExists` … `false` beside it. Enabling a first device has to work without MFA."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html",
    check=_check,
    good=(
        template(OwnP=policy(allow("iam:DeactivateMFADevice", _OWN_USER, Condition=MFA))),
        template(OwnP=policy(allow("iam:DeactivateMFADevice", _OWN_USER), _GUARD)),
        template(OwnP=policy(allow("iam:EnableMFADevice", _OWN_USER))),
    ),
    bad=(
        template(OwnP=policy(allow(["iam:EnableMFADevice", "iam:DeactivateMFADevice"], _OWN_USER))),
        template(OwnP=policy(allow("iam:*MFADevice", _OWN_USER))),
        template(OwnP=policy(allow("iam:DeactivateMFADevice", _OWN_USER), {**_GUARD, "NotAction": "iam:*MFADevice"})),
    ),
)
