"""The rule about a trust policy that allows something other than assuming the role."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matches
from iamgen.check.rules._examples import ALICE, LAMBDA, MFA, role, template, trust
from iamgen.iam.statements import ReadPrincipal, ReadStatement
from iamgen.iam.template import Template
from iamgen.iam.values import Value

_ROLE, _SAML, _WEB = "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
# What may come with it: tags, a source identity, a context that another service provides.
_BESIDES = ("sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document in template.documents:
        if document.kind == "trust":
            for statement in document.statements:
                yield from _problems(statement, template, document.owner)


def _problems(statement: ReadStatement, template: Template, role: str) -> Iterator[Problem]:
    for left_out in statement.not_actions[:1]:
        problem = f"{role} trusts by NotAction: a trust policy names its actions; write Action {_ROLE}"
        yield Problem(left_out.path, problem)
    if statement.allows:
        kinds = dict.fromkeys(name for principal in statement.principals for name in _right(principal, template))
        right = tuple(kinds) or (_ROLE, _SAML, _WEB)
    else:
        right = (_ROLE, _SAML, _WEB)  # a Deny may be broader than it has to be
    for action in statement.actions:
        if action.known and not _fits(action, right, narrow=statement.allows):
            whom = ", ".join(dict.fromkeys(each.kind for each in statement.principals if each.kind != "*"))
            policy = f"{whom} principals in {role}'s trust policy" if whom else f"{role}'s trust policy"
            problem = f"{action.text} is not an action for {policy}: write {' or '.join(right)}"
            yield Problem(action.path, problem)


def _right(principal: ReadPrincipal, template: Template) -> tuple[str, ...]:
    """Return the actions by which such a principal assumes a role."""
    if principal.kind != "Federated":
        return (_ROLE,)
    provider = template.referred(principal.value, "AWS::IAM::SAMLProvider", "AWS::IAM::OIDCProvider")
    if provider:
        return (_SAML,) if provider.type == "AWS::IAM::SAMLProvider" else (_WEB,)
    if ":saml-provider/" in principal.value.text:
        return (_SAML,)
    # a provider of web identities is its ARN, or, for the oldest four, its host
    known = ":oidc-provider/" in principal.value.text or principal.value.known
    return (_WEB,) if known else (_WEB, _SAML)


def _fits(action: Value, right: tuple[str, ...], *, narrow: bool) -> bool:
    if action.text in ("*", "sts:*") and narrow:
        return False
    return any(matches(action.text, name.lower()) for name in (*right, *_BESIDES))


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_SAML_PROVIDER = {"Federated": {"Ref": "Company"}}
_COMPANY = {"Type": "AWS::IAM::SAMLProvider", "Properties": {"SamlMetadataDocument": "<xml/>"}}

RULE = Rule(
    id="E104",
    name="wrong-trust-action",
    level="error",
    summary="A trust policy's action is not the one by which its principal assumes a role",
    why=(
        "Users, roles and services use `sts:AssumeRole`, an OIDC provider uses `sts:AssumeRoleWithWebIdentity`, "
        "and a SAML provider uses `sts:AssumeRoleWithSAML`. `sts:TagSession`, `sts:SetSourceIdentity` and "
        "`sts:SetContext` may be there as well. IAM refuses actions of other services here. With a wrong action of "
        "STS, nobody gets in."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html",
    check=_check,
    good=(
        template(BuildR=role(trust(_GITHUB, _WEB))),
        template(ReadR=role(trust(ALICE, ["sts:AssumeRole", "sts:TagSession"], Condition=MFA))),
        template(ReadR=role(trust(_SAML_PROVIDER, _SAML)), Company=_COMPANY),
        template(NobodyR=role({**trust("*", "sts:*"), "Effect": "Deny"})),
    ),
    bad=(
        template(BuildR=role(trust(_GITHUB))),
        template(ReadR=role(trust(ALICE, _WEB, Condition=MFA))),
        template(ReadR=role(trust(_SAML_PROVIDER, _WEB)), Company=_COMPANY),
        template(ReadR=role(trust(ALICE, "*", Condition=MFA))),
        template(FunctionR=role(trust(LAMBDA, "lambda:InvokeFunction"))),
        template(ReadR=role(trust(ALICE, "sts:AssumRole", Condition=MFA))),
        template(ReadR=role({"Effect": "Allow", "Principal": ALICE, "NotAction": "sts:TagSession"})),
    ),
)
