"""Find who else may call AWS: principals that trust policies name and that are not users or roles of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamgen.access.documents import Principal, Statement
from iamgen.access.principals import RequestContext
from iamgen.questions.model import Actor, ModelAccount
from iamgen.questions.places import SourcedPlace

WEB_IDENTITY, SAML = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
_LIKE = frozenset({"StringEquals", "StringLike"})
_PROVIDER = ":oidc-provider/"
ANY_RUN = "any-run"
"""What stands for the part of a subject that varies from run to run."""


def strangers(accounts: Iterable[ModelAccount], declared: Iterable[Actor] = ()) -> tuple[Actor, ...]:
    """Return everybody whom a trust policy lets in who is no user or role of these accounts, each once.

    `declared` are pipelines with the line of users.py that declares them: they take the place of those that are
    found in a trust policy under the same subject.
    """
    listed = tuple(accounts)
    ids = {"", *(account.id for account in listed)}
    by_key = {(actor.kind, actor.name): actor for actor in declared}
    for account in listed:
        for role in account.content.roles:
            for statement in role.trust:
                for actor in _actors(statement, ids):
                    known = by_key.setdefault((actor.kind, actor.name), actor)
                    by_key[actor.kind, actor.name] = replace(known, principals=known.principals | actor.principals)
    return tuple(actor for actor in by_key.values() if actor.principals)


def pipeline(subject: str, issuer: str, audience: str, place: SourcedPlace | None = None) -> Actor:
    """Return a pipeline that presents tokens with this subject; a `*` or `?` stands for what varies by run."""
    claims: dict[str, str] = {f"{issuer}:sub": subject.replace("*", ANY_RUN).replace("?", "x")}
    if audience:
        claims[f"{issuer}:aud"] = audience
    return Actor("pipeline", subject, claims=claims, assume_action=WEB_IDENTITY, place=place)


def _actors(statement: Statement, ids: set[str]) -> Iterator[Actor]:
    if statement.effect != "Allow" or statement.unread:
        return
    for principal in statement.principals:
        if principal.kind == "Federated" and _PROVIDER in principal.name:
            yield from _pipelines(principal, statement)
        elif principal.kind == "Federated":
            yield Actor(
                "federated", principal.name, principals=frozenset({principal}), assume_action=_federated(principal)
            )
        elif principal.kind == "Service":
            yield Actor("service", principal.name, principals=frozenset({principal}))
        elif _account(principal) not in ids and principal.kind == "AWS":
            yield stranger(principal.name)
        elif principal.name == "*":
            yield Actor("other account", "*", principals=frozenset({principal}))


def stranger(arn: str) -> Actor:
    """Return a user, role or account of another account, by its ARN or the account's id."""
    account = arn.split(":")[4] if arn.startswith("arn:") else arn
    partition = arn.split(":")[1] if arn.startswith("arn:") else "aws"
    root = f"arn:{partition}:iam::{account}:root"
    names = {arn, account, root} | ({_role_of_session(arn)} if ":assumed-role/" in arn else set())
    return Actor("other account", arn, principals=frozenset(Principal("AWS", name) for name in names))


def _role_of_session(arn: str) -> str:
    fields = arn.split(":", 5)
    return f"arn:{fields[1]}:iam::{fields[4]}:role/{fields[5].split('/')[1]}"


def _account(principal: Principal) -> str:
    """Return the account that an AWS principal is in; empty for `*`, and for a deleted user or role."""
    if principal.name.startswith("arn:"):
        return principal.name.split(":")[4]
    return principal.name if principal.name.isdecimal() else ""


def _pipelines(principal: Principal, statement: Statement) -> Iterator[Actor]:
    """Yield a pipeline for each subject that the statement lets in; without a subject, one for the whole issuer."""
    issuer = principal.name.partition(_PROVIDER)[2]
    claims: dict[str, tuple[str, ...]] = {}
    for condition in statement.conditions:
        if condition.operator.test in _LIKE and not condition.operator.negated:
            claims[condition.key.lower()] = condition.values
    audience = claims.get(f"{issuer}:aud".lower(), ("",))[0]
    subjects = claims.get(f"{issuer}:sub".lower(), ())
    for subject in subjects:
        yield replace(pipeline(subject, issuer, audience), principals=frozenset({principal}))
    if not subjects:
        known: RequestContext = {f"{issuer}:aud": audience} if audience else {}
        yield Actor("federated", principal.name, None, frozenset({principal}), known, WEB_IDENTITY)


def _federated(principal: Principal) -> str:
    return SAML if ":saml-provider/" in principal.name else WEB_IDENTITY
