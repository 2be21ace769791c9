"""A role that an identity provider's other customers may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.facts import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matched
from iamgen.check.rules._examples import role, template, trust
from iamgen.check.rules._principals import trusts
from iamgen.iam.statements import Condition, Principal, Statement
from iamgen.iam.template import Template
from iamgen.iam.values import Value

# Which claims tell who it is; these providers have others than the standard's.
_CLAIMS = {
    "cognito-identity.amazonaws.com": ("aud", "amr"),
    "graph.facebook.com": ("app_id",),
    "www.amazon.com": ("app_id",),
    "accounts.google.com": ("aud",),
}
_STANDARD = ("aud", "sub")
# How a subject begins where all the world shares the provider: a pattern may only come after the organisation.
_ORGANISATION = {
    "token.actions.githubusercontent.com": re.compile(r"[\w-]+:[^*?/:]+[/:]"),
    "gitlab.com": re.compile(r"project_path:[^*?/]+/"),
    "agent.buildkite.com": re.compile(r"organization:[^*?:]+:"),
    "app.terraform.io": re.compile(r"organization:[^*?:]+:"),
}
_ANYWHERE_ELSE = re.compile(r"[^*?/:]+[/:][^*?/:]+[/:]|\{[^*?}]+\}:")
_POSITIVE = ("stringequals", "stringequalsignorecase", "stringlike", "arnlike", "arnequals")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        for principal in statement.principals:
            if principal.kind == "Federated":
                yield from _problems(principal, statement, template, document.owner)


def _problems(principal: Principal, statement: Statement, template: Template, role: str) -> Iterator[Problem]:
    host = _host(principal.value, template)
    if matched(statement.actions, "sts:assumerolewithsaml") and not _web(statement):
        if not _about(statement, "aud"):
            what = f"{role} trusts a SAML provider without a condition on SAML:aud"
            yield Problem(statement.path, f"{what}: demand https://signin.aws.amazon.com/saml")
    elif _web(statement):
        missing = [claim for claim in _CLAIMS.get(host, _STANDARD) if not _about(statement, claim)]
        if missing:
            claims = " and ".join(f"{host}:{claim}" if host else f"its {claim}" for claim in missing)
            what = f"{role} trusts whomever {host or 'a provider'} signs for: add a StringEquals condition on {claims}"
            yield Problem(statement.path, what)
        for value in (value for one in _about(statement, "sub") if "like" in one.test for value in one.values):
            if not _is_within_organisation(value, host):
                what = f"{value.text} may match another organisation's subject"
                yield Problem(value.path, f"{what}: write out the organisation, up to the separator behind it")


def _web(statement: Statement) -> bool:
    return matched(statement.actions, "sts:assumerolewithwebidentity") is not None


def _about(statement: Statement, claim: str) -> list[Condition]:
    """Return the conditions that demand something of the claim."""
    return [
        one
        for one in statement.conditions
        if one.name.endswith(f":{claim}") and one.test in _POSITIVE and one.values and not one.holds_without_key
    ]


def _host(provider: Value, template: Template) -> str:
    """Return the provider's address without its scheme, as condition keys begin; empty where it is not known."""
    made = template.referred(provider, "AWS::IAM::OIDCProvider")
    text = next((value.text for value in made.values("Url")), "") if made else provider.text
    host = text.removeprefix("https://").rpartition(":oidc-provider/")[2]
    return "" if "⟨" in host else host.lower()


def _is_within_organisation(subject: Value, host: str) -> bool:
    wild = re.search(r"[*?]", subject.shape)
    begin = _ORGANISATION.get(host.partition("/")[0], _ANYWHERE_ELSE)
    return not wild or begin.match(subject.shape) is not None


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_AUD = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
_SUB = "token.actions.githubusercontent.com:sub"
_EXACT = {"StringEquals": {**_AUD, _SUB: "repo:acme/shop:environment:prod"}}


RULE = Rule(
    id="E105",
    name="open-federated-trust",
    level="error",
    summary="A trust in an identity provider lets in more than one organisation's own",
    why=(
        "A provider such as GitHub signs tokens for all its customers. What tells them apart is the claim `sub`, "
        "and `aud` says that the token was meant for AWS: both are needed, as conditions that are false when the "
        "claim is absent. A pattern for `sub` has to begin with the whole organisation and the separator behind it."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    check=_check,
    good=(
        template(DeployR=role(trust(_GITHUB, _WEB_IDENTITY, Condition=_EXACT))),
        template(
            DeployR=role(
                trust(
                    _GITHUB,
                    _WEB_IDENTITY,
                    Condition={"StringEquals": _AUD, "StringLike": {_SUB: "repo:acme/*:ref:refs/heads/main"}},
                )
            )
        ),
    ),
    bad=(
        template(DeployR=role(trust(_GITHUB, _WEB_IDENTITY, Condition={"StringEquals": _AUD}))),
        template(DeployR=role(trust(_GITHUB, _WEB_IDENTITY))),
        template(
            DeployR=role(
                trust(_GITHUB, _WEB_IDENTITY, Condition={"StringEquals": _AUD, "StringLike": {_SUB: "repo:acme*"}})
            )
        ),
        template(
            DeployR=role(trust(_GITHUB, _WEB_IDENTITY, Condition={"StringEqualsIfExists": _EXACT["StringEquals"]}))
        ),
    ),
)
