"""Find who may assume a role by its trust policy: users, roles, services, and users of an identity provider."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from iamgen.access.conditions import Condition
from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Principal, Statement
from iamgen.access.evaluate import Request, decide
from iamgen.aws.iam_types import USER
from iamgen.deploy.comparison import LossAnswer, PolicySide, Question, Rules, SidesCompared, compare, is_allowed
from iamgen.deploy.holders import Holder, Holders, PolicyText

_IDENTITY = re.compile(r"arn:(?P<partition>[\w-]+):iam::(?P<account>\d+):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)")
_SESSION = re.compile(r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d+):assumed-role/(?P<name>[^/]+)/.+")
_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(?P<account>\d{12})(?::root)?")
_NAMING = {"aws:principalarn", "aws:username"}
_EQUAL = {"StringEquals", "StringLike", "ArnLike"}
WITH_MFA, WITHOUT_MFA = "with MFA", "without MFA"


@dataclass(frozen=True)
class Assumer:
    """Somebody whom a trust policy names."""

    key: str
    """What names it whatever the form: `111111111111:user/bob`, `111111111111:role/CI`, a service, a subject."""
    label: str
    """What names it in messages."""
    action: str
    """The action by which it becomes the role."""
    principals: frozenset[Principal]
    """What a Principal element can mean it by."""
    ways: Mapping[str, Mapping[str, ContextValue]] = field(compare=False)
    """In which ways it can ask, each with the condition keys that are known then."""
    user: str = ""
    """Its name, where it is an IAM user."""

    def in_session(self, name: str) -> Assumer:
        """Return the same principal in a session with that name, because a trust policy may ask for the name."""
        ways = {way: {**context, "sts:RoleSessionName": name} for way, context in self.ways.items()}
        return replace(self, ways=ways)


@dataclass(frozen=True)
class Trusting:
    """A role of a template, asked who may assume it at a moment."""

    holders: Holders
    """The template."""
    role: Holder | None
    """The role, None when the template does not have it."""
    moment: datetime
    """When it is assumed."""

    def assumers(self) -> dict[str, Assumer]:
        """Return everybody whom an Allow of the trust policy names, whether or not they may assume it, by key."""
        assumers: dict[str, Assumer] = {}
        for statement in self._trust.statements or ():
            if statement.effect == "Allow":
                assumers |= {assumer.key: assumer for assumer in _assumers(statement, self.holders.place.partition)}
        return assumers

    def admitted(self) -> dict[str, Assumer]:
        """Return those who may assume it in some way, and those for whom that cannot be decided."""
        return {key: assumer for key, assumer in self.assumers().items() if self.admits(assumer)}

    def admits(self, assumer: Assumer) -> bool:
        """Return whether the principal may assume it in some way, or that this cannot be decided."""
        return any(is_allowed(self.side(assumer, way)) is not LossAnswer.LOST for way in assumer.ways)

    def side(self, assumer: Assumer, way: str) -> PolicySide:
        """Return the question whether that principal may assume it in that way."""
        trust = self._trust
        arn = self.role.resource.arn if self.role else self.holders.place.arn("role/none")
        question = Question(assumer.action, arn, self.moment, assumer.ways[way], assumer.principals)
        denied = tuple(self._denied(assumer, question))
        policies = (trust, PolicyText("policies of the user", denied)) if denied else (trust,)
        return PolicySide(Rules(policies), question)

    @cached_property
    def _trust(self) -> PolicyText:
        """Return the trust policy with principals in one form each."""
        trust = self.role.trust if self.role and self.role.trust else PolicyText("no role", ())
        if trust.statements is None:
            return trust
        partition = self.holders.place.partition
        return PolicyText(trust.name, tuple(_plain(statement, partition) for statement in trust.statements))

    def _denied(self, assumer: Assumer, question: Question) -> Iterator[Statement]:
        """Yield what the template denies the user itself, as a trust policy would say it."""
        place = self.holders.place
        user = self.holders.named(USER, assumer.user) if assumer.key.startswith(f"{place.account}:user/") else None
        if user is None:
            return
        request = Request(question.action, question.resource)
        for policy in policies_of_user(self.holders, user):
            for statement in policy.statements or ():
                if decide([replace(statement, conditions=())], request).explicit:
                    yield replace(
                        statement, principals=(Principal("*", "*"),), resources=(), not_resources=(), origin=""
                    )


def policies_of_user(holders: Holders, user: Holder) -> tuple[PolicyText, ...]:
    """Return the policies of a user and those of the groups that the template puts it into."""
    groups = holders.groups_of(user.resource.name)
    return (*user.policies, *(policy for group in groups for policy in group.policies))


def changes_of(assumer: Assumer, before: Trusting, after: Trusting) -> dict[str, SidesCompared]:
    """Return for each way in which somebody could assume a role whether it still exists."""
    return {way: compare(before.side(assumer, way), after.side(assumer, way)) for way in assumer.ways}


def keeps_a_way(assumer: Assumer, before: Trusting, after: Trusting) -> bool:
    """Return whether at least one of the ways in which somebody could assume a role certainly still exists."""
    return any(
        comparison.answer is LossAnswer.KEPT and is_allowed(before.side(assumer, way)) is not LossAnswer.LOST
        for way, comparison in changes_of(assumer, before, after).items()
    )


def key_of(arn: str) -> str:
    """Return what identifies a user or role whatever its path, and for a session its role: `111111111111:user/bob`."""
    session = _SESSION.fullmatch(arn)
    if session:
        return f"{session['account']}:role/{session['name']}"
    match = _IDENTITY.fullmatch(arn)
    return f"{match['account']}:{match['kind']}/{match['name']}" if match else arn


def _assumers(statement: Statement, partition: str) -> Iterator[Assumer]:
    for principal in statement.principals:
        if principal.kind in ("AWS", "*"):
            yield from _of_aws(principal.name, statement, partition)
        elif principal.kind == "Service":
            context = {"aws:PrincipalIsAWSService": "true"}
            names = frozenset({principal})
            yield Assumer(principal.name, principal.name, "sts:AssumeRole", names, {"": context})
        elif principal.kind == "Federated":
            yield from _federated(principal, statement)


def _of_aws(name: str, statement: Statement, partition: str) -> Iterator[Assumer]:
    account = _ACCOUNT.fullmatch(name)
    named = list(_named(statement, account["account"] if account else "", partition))
    if named:
        yield from (_identity(arn) for arn in named)
    elif account or name == "*":
        yield _anybody(account["account"] if account else "000000000000", partition, anywhere=not account)
    elif _IDENTITY.fullmatch(name) or _SESSION.fullmatch(name):
        yield _identity(name)


def _named(statement: Statement, account: str, partition: str) -> Iterator[str]:
    """Yield the ARNs of those whom the conditions name."""
    for condition in statement.conditions:
        key, operator = condition.key.lower(), condition.operator
        if key in _NAMING and operator.test in _EQUAL and not operator.negated:
            for value in condition.values:
                arn = f"arn:{partition}:iam::{account}:user/{value}" if key == "aws:username" else value
                if _IDENTITY.fullmatch(arn) and not set("*?$") & set(arn):
                    yield arn


def _identity(arn: str) -> Assumer:
    match = _SESSION.fullmatch(arn) or _IDENTITY.fullmatch(arn)
    if match is None:
        raise AssertionError(arn)
    partition, account, name = match["partition"], match["account"], match["name"]
    start = f"arn:{partition}:iam::{account}"
    is_user = "kind" in match.groupdict() and match["kind"] == "user"
    own = f"{start}:{'user' if is_user else 'role'}/{name}"
    principals = frozenset(Principal("AWS", text) for text in {own, arn, f"{start}:root"})
    ways = _ways_of_user(own, account, name) if is_user else {"": _context(own, account, "AssumedRole")}
    return Assumer(key_of(arn), name, "sts:AssumeRole", principals, ways, name if is_user else "")


def _ways_of_user(arn: str, account: str, name: str) -> dict[str, Mapping[str, ContextValue]]:
    known = {**_context(arn, account, "User"), "aws:username": name, "sts:RoleSessionName": name}
    with_mfa = {**known, "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    return {WITH_MFA: with_mfa, WITHOUT_MFA: known}


def _context(arn: str, account: str, kind: str) -> dict[str, ContextValue]:
    known = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": account, "aws:PrincipalType": kind}
    return {**known, "aws:PrincipalIsAWSService": "false", "aws:SecureTransport": "true", "aws:ViaAWSService": "false"}


def _anybody(account: str, partition: str, *, anywhere: bool) -> Assumer:
    """Return a principal about whom only the account is known, or not even that. Their name and ARN are unknown."""
    start = f"arn:{partition}:iam::{account}"
    names = frozenset(Principal("AWS", f"{start}:{text}") for text in ("root", "user/anybody"))
    known: dict[str, ContextValue] = {} if anywhere else {"aws:PrincipalAccount": account}
    known |= {"aws:username": UNSAID, "aws:PrincipalArn": UNSAID}
    with_mfa = {**known, "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    label = "anybody" if anywhere else f"whoever account {account} lets"
    return Assumer(label, label, "sts:AssumeRole", names, {WITH_MFA: with_mfa, WITHOUT_MFA: known})


def _federated(provider: Principal, statement: Statement) -> Iterator[Assumer]:
    """Yield those whom an identity provider vouches for: one for each subject that the statement names."""
    saml = ":saml-provider/" in provider.name
    action = "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRoleWithWebIdentity"
    equal = [
        condition
        for condition in statement.conditions
        if condition.operator.test in _EQUAL and not condition.operator.negated
    ]
    subjects = [item for item in equal if item.key.lower().endswith(":sub")]
    context_values: dict[str, ContextValue] = {
        condition.key: condition.values[0] for condition in equal if condition not in subjects
    }
    for key, subject in [(condition.key, value) for condition in subjects for value in condition.values] or [
        ("", provider.name)
    ]:
        context = {**context_values, key: subject} if key else context_values
        yield Assumer(f"{provider.name} {subject}", subject, action, frozenset({provider}), {"": context})


def _plain(statement: Statement, partition: str) -> Statement:
    """Return the statement with each principal in one form: accounts as their root, users and roles without path.

    Names are unique in an account whatever the path, so that a path takes nobody away.
    """
    principals = tuple(
        Principal(principal.kind, _plain_name(principal.name, partition)) for principal in statement.principals
    )
    conditions = tuple(_plain_condition(condition, partition) for condition in statement.conditions)
    return replace(statement, principals=principals, conditions=conditions)


def _plain_condition(condition: Condition, partition: str) -> Condition:
    if condition.key.lower() != "aws:principalarn":
        return condition
    return replace(condition, values=tuple(_plain_name(value, partition) for value in condition.values))


def _plain_name(name: str, partition: str) -> str:
    if re.fullmatch(r"\d{12}", name):
        return f"arn:{partition}:iam::{name}:root"
    match = _IDENTITY.fullmatch(name)
    if not match or set("*?$") & set(name):
        return name
    return f"arn:{match['partition']}:iam::{match['account']}:{match['kind']}/{match['name']}"


def labels(assumers: Iterable[Assumer]) -> str:
    """Return their names, in order."""
    return ", ".join(sorted(assumer.label for assumer in assumers))
