"""The rule about policies for one's own credentials that reach the credentials of others as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import meant
from iamgen.check.rules._examples import allow, policy, template
from iamgen.check.rules._narrowing import narrows
from iamgen.iam.attachments import is_declared
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import ROLE, Document, Template
from iamgen.iam.values import Value

_CREDENTIALS = (
    "iam:createaccesskey",
    "iam:updateaccesskey",
    "iam:deleteaccesskey",
    "iam:createloginprofile",
    "iam:updateloginprofile",
    "iam:deleteloginprofile",
    "iam:uploadsigningcertificate",
    "iam:updatesigningcertificate",
    "iam:deletesigningcertificate",
    "iam:uploadsshpublickey",
    "iam:updatesshpublickey",
    "iam:deletesshpublickey",
    "iam:createservicespecificcredential",
    "iam:resetservicespecificcredential",
    "iam:updateservicespecificcredential",
    "iam:deleteservicespecificcredential",
    "iam:enablemfadevice",
    "iam:deactivatemfadevice",
    "iam:resyncmfadevice",
)
_NEVER = {
    "iam:taguser": "sets tags that policies may go by",
    "iam:untaguser": "removes tags that policies may go by",
    "iam:attachuserpolicy": "gives oneself any policy",
    "iam:putuserpolicy": "gives oneself any power",
    "iam:addusertogroup": "lets oneself into groups",
    "iam:deleteuserpermissionsboundary": "takes away one's own limit",
    "iam:putuserpermissionsboundary": "changes one's own limit",
}
_NAMES_CREDENTIALS = re.compile(
    r"iam:(?!get|list)\S*(accesskey|loginprofile|signingcertificate|sshpublickey|specificcredential|mfadevice)", re.I
)
_ADMINISTRATION = ("iam:createuser", "iam:deleteuser")
_OWN = re.compile(r".*:user/(?:.*/)?\$\{aws:username\}")
_ANOTHER_KIND = re.compile(r".*:(?!user)[a-z0-9-]+/.*|⟨⟩")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    declared = facts.iam_roles | facts.admin_roles
    roles = {statement.logical_id for statement in template.of_type(ROLE)}  # nobody's own user
    for document in template.documents:
        if document.kind in ("identity", "inline") and document.owner not in roles and _is_self_service(document):
            problems = [
                problem for statement in document.statements for problem in _problems(statement, document.owner)
            ]
            if problems and not is_declared(document, template, declared):
                yield from problems


def _is_self_service(document: Document) -> bool:
    """Whether it is about one's own user; or names actions on credentials, and not those that create users."""
    allows = [statement for statement in document.statements if statement.allows]
    if any(_OWN.match(resource.shape) for statement in allows for resource in statement.resources):
        return True
    actions = [action for statement in allows for action in statement.actions]
    if any(meant(action.text, _ADMINISTRATION) for action in actions):
        return False
    return any(_NAMES_CREDENTIALS.match(action.text) for action in actions)


def _problems(statement: ReadStatement, owner: str) -> Iterator[Problem]:
    if not statement.allows or any(map(narrows, statement.conditions)):
        return
    action = next((action for action in statement.actions if meant(action.text, _CREDENTIALS)), None)
    resource = next(filter(_reaches_others, statement.resources), None)
    if action and resource:
        problem = f"{owner} allows {action.text} on {resource.text}, and so on other people's users"
        yield Problem(resource.path, f"{problem}: end the resource with user/${{aws:username}}")
    if any(":user" in target.text or target.text == "*" for target in statement.resources):
        for action in statement.actions:
            for name in meant(action.text, tuple(_NEVER))[:1]:
                problem = f"{owner} is about one's own user, and {action.text} {_NEVER[name]}"
                yield Problem(action.path, f"{problem}: leave it out")


def _reaches_others(resource: Value) -> bool:
    return not _OWN.fullmatch(resource.shape) and not _ANOTHER_KIND.fullmatch(resource.shape)


_OWN_USER = "arn:aws:iam::111111111111:user/${aws:username}"
_KEYS = ["iam:CreateAccessKey", "iam:DeleteAccessKey"]

RULE = Rule(
    id="E113",
    name="self-service-reaches-others",
    level="error",
    summary="A policy for one's own credentials reaches other users, or gives more than credentials",
    why=(
        "Somebody who can make an access key or a password for another user can act as that user. A resource has "
        "to end with `user/${aws:username}`, with nothing after it: `${aws:username}*` also matches everybody "
        "whose name begins in the same way. Somebody who can tag themselves decides about every policy that "
        "depends on tags."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html",
    check=_check,
    good=(
        template(OwnP=policy(allow(_KEYS, [_OWN_USER, "arn:aws:iam::111111111111:user/*/${aws:username}"]))),
        template(OwnP=policy(allow(_KEYS, _OWN_USER), allow(["iam:ListUsers", "iam:GetAccountSummary"]))),
        template(OwnP=policy(allow("iam:EnableMFADevice", ["arn:aws:iam::111111111111:mfa/*", _OWN_USER]))),
        template(UsersP=policy(allow(["iam:CreateUser", *_KEYS]))),
    ),
    bad=(
        template(OwnP=policy(allow(_KEYS))),
        template(OwnP=policy(allow("iam:ChangePassword", _OWN_USER), allow("iam:*AccessKey*"))),
        template(OwnP=policy(allow(_KEYS, "arn:aws:iam::111111111111:user/*"))),
        template(OwnP=policy(allow(_KEYS, f"{_OWN_USER}*"))),
        template(OwnP=policy(allow([*_KEYS, "iam:TagUser"], _OWN_USER))),
    ),
    declared="power over IAM, or of an administrator, that is declared is no finding",
)
