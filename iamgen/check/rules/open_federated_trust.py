"""The rule against a role that other customers of an identity provider may assume."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matched
from iamgen.check.rules._examples import role, template, trust
from iamgen.check.rules._principals import trusts
from iamgen.declaration.issuers import Claims, Issuer, is_shared, issuer_at
from iamgen.iam.statements import ReadCondition, ReadPrincipal, ReadStatement
from iamgen.iam.template import Template
from iamgen.iam.values import Value

# These compare with a pattern: ArnEquals does what ArnLike does.
_PATTERNS = ("stringlike", "arnlike", "arnequals")
_POSITIVE = ("stringequals", "stringequalsignorecase", *_PATTERNS)
_VARIABLE = re.compile(r"\$\{[^{}]*\}")


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        for principal in statement.principals:
            if principal.kind == "Federated":
                yield from _problems(principal, statement, template, document.owner)


def _problems(principal: ReadPrincipal, statement: ReadStatement, template: Template, role: str) -> Iterator[Problem]:
    if _web(statement):
        host = _host(principal.value, template)
        yield from _web_problems(host, issuer_at(host or _host_of_keys(statement)), statement, role)
    elif matched(statement.actions, "sts:assumerolewithsaml") and not _about(statement, "aud"):
        problem = f"{role} trusts a SAML provider without a condition on SAML:aud"
        yield Problem(statement.path, f"{problem}: demand https://signin.aws.amazon.com/saml")


def _web_problems(host: str, issuer: Issuer, statement: ReadStatement, role: str) -> Iterator[Problem]:
    alternatives = [{name: claim} for name, claim in issuer.every.items()]
    if issuer.one_of:
        alternatives.append(dict(issuer.one_of))
    missing = [next(iter(claims)) for claims in alternatives if not any(_about(statement, name) for name in claims)]
    if missing:
        keys = " and ".join(name if ":" in name else f"{host}:{name}" if host else f"its {name}" for name in missing)
        problem = f"{role} trusts everybody for whom {host or 'a provider'} signs tokens"
        yield Problem(statement.path, f"{problem}: add a StringEquals condition on {keys}")
    for claims in alternatives:
        yield from _open_values(claims, issuer, statement)


def _open_values(claims: Claims, issuer: Issuer, statement: ReadStatement) -> Iterator[Problem]:
    """Find values that strangers match, unless another condition keeps these out: all conditions have to hold."""
    wrong = [
        [(value, claim.fault) for value in condition.values if not _is_within(value, condition, claim.pattern)]
        for name, claim in claims.items()
        for condition in _about(statement, name)
    ]
    for value, fault in (pair for pairs in wrong for pair in pairs) if all(wrong) else ():
        example = f", such as {issuer.example}" if issuer.example else ""
        problem = f"{value.text} {fault}, and may match what others have"
        yield Problem(value.path, f"{problem}: write it out, up to the separator behind it{example}")


def _is_within(value: Value, condition: ReadCondition, pattern: re.Pattern[str]) -> bool:
    """Return whether a value means one organisation's own; one that begins with what only CloudFormation knows may."""
    closed, brace, rest = value.shape.rpartition("}")
    text = _VARIABLE.sub("*", closed + brace) + rest
    if text.startswith("⟨⟩"):
        return not text.startswith(("⟨⟩*", "⟨⟩?"))
    is_pattern = condition.test in _PATTERNS or text != value.shape
    if not is_pattern and ("*" in text or "?" in text):
        return True  # compared letter by letter: nobody has such a token
    return pattern.match(text) is not None


def _web(statement: ReadStatement) -> bool:
    return matched(statement.actions, "sts:assumerolewithwebidentity") is not None


def _about(statement: ReadStatement, claim: str) -> list[ReadCondition]:
    """Return the conditions that demand something of the claim, or of the condition key that has a colon."""
    end = claim.lower() if ":" in claim else f":{claim}"
    return [
        condition
        for condition in statement.conditions
        if condition.name.endswith(end)
        and condition.test in _POSITIVE
        and condition.values
        and not condition.holds_without_key
    ]


def _host(provider: Value, template: Template) -> str:
    """Return the provider's address without its scheme, as condition keys begin; empty where it is not known."""
    resource = template.referred(provider, "AWS::IAM::OIDCProvider")
    text = next((value.text for value in resource.values("Url")), "") if resource else provider.text
    host = text.removeprefix("https://").rpartition(":oidc-provider/")[2]
    return "" if "⟨" in host else host.lower()


def _host_of_keys(statement: ReadStatement) -> str:
    """Return the shared provider that the conditions are about, for a trust in one that a parameter names."""
    addresses = (condition.name.rpartition(":")[0] for condition in statement.conditions)
    return next((address for address in addresses if is_shared(issuer_at(address))), "")


_GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
_AUD = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
_SUB = "token.actions.githubusercontent.com:sub"
_EXACT = {"StringEquals": {**_AUD, _SUB: "repo:acme/shop:environment:prod"}}


RULE = Rule(
    id="E105",
    name="open-federated-trust",
    level="error",
    summary="A trust in an identity provider lets in more than your own organisation",
    why=(
        "A provider such as GitHub signs tokens for all its customers. The claim `sub` distinguishes the "
        "customers, and `aud` says that the token was meant for AWS. Both are needed, as conditions that are false "
        "when the claim is absent. If strangers use the same provider, the subject has to name the whole "
        "organisation and the separator after it: at GitHub, everybody can get the subject `environment:prod` in a "
        "repository of their own. For Cognito, the identity pool's id has this purpose, and `amr` has to exclude "
        "guests."
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
        template(
            DeployR=role(trust(_GITHUB, _WEB_IDENTITY, Condition={"StringEquals": {**_AUD, _SUB: "environment:prod"}}))
        ),
    ),
)
