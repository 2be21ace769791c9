"""Find users and roles that are administrators in effect by their policies in AWS, but are in no file.

Whoever may attach or change a policy, open a role to somebody, or give access as another user can get any other power
in the account. The same question is asked of the account's details and of its template, so that a finding is what
nobody has declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from iamgen.access.documents import Statement
from iamgen.access.entities import IamRole
from iamgen.aws_client.clients import Client
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.resolved import Account, Declaration
from iamgen.people.alike_users import alike_people, alike_users
from iamgen.people.audit_finding import AuditFinding
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Acting, Circumstances, acting_user
from iamgen.questions.declared_source import DeclaredTexts, from_declaration
from iamgen.questions.details_source import AccountDetails, checked, from_details, pages
from iamgen.questions.holders import HolderSearch, admin_demand
from iamgen.questions.model import AccessModel, KnownEntity
from iamgen.ui.listing import first_of

_OF_SERVICES = ":role/aws-service-role/"
"""Roles that only a service of AWS can use, and nobody can change."""
_OF_IDENTITY_CENTER = ":role/aws-reserved/"
_NAMED = 2


@dataclass(frozen=True)
class Administrator:
    """A user or role that is an administrator in effect."""

    known: KnownEntity
    """The user or role."""
    is_certain: bool
    """Whether it is for certain; else it depends on what nobody knows beforehand, or on a policy that is not known."""
    actions: tuple[str, ...]
    """The actions that make it one."""


@dataclass(frozen=True)
class AdministratorQuestion:
    """In which account administrators are looked for, and what is declared for it."""

    root: Path
    """The folder that has users.py."""
    declaration: Declaration
    """What is declared."""
    account: Account
    """The account."""
    text: str
    """The account's template."""
    moment: datetime
    """The time of the audit: grants and emergencies end."""


def administrator_findings(iam: Client, where: str, question: AdministratorQuestion) -> Iterator[AuditFinding]:
    """Yield administrators in effect who are administrators in no file. Raises what boto3 raises."""
    account = question.account
    alike = alike_users(pages(iam, where))
    details = checked(AccountDetails(account.id, account.name, where, alike.body))
    declared = declared_administrators(question)
    for arn, administrator in administrators(from_details([details]), account.id, question.moment).items():
        for actual in alike.names.get(arn, (arn,)):
            if actual.lower() not in declared and _OF_SERVICES not in actual:
                yield _finding(actual, administrator, question)


def declared_administrators(question: AdministratorQuestion) -> frozenset[str]:
    """Return the ARNs, in lower case, of the users and roles of the account that a deployment makes administrators."""
    declaration, account = question.declaration, question.account
    sorts = alike_people(declaration)
    of_each_sort = replace(declaration, people=tuple(people[0] for people in sorts))
    texts = DeclaredTexts(question.root, of_each_sort, {account.name: question.text}, USERS_FILE)
    naming = declaration.naming(account)
    names = {
        naming.user_arn(people[0].name, people[0].path): [
            naming.user_arn(person.name, person.path) for person in people
        ]
        for people in sorts
    }
    arns = administrators(from_declaration(texts), account.id, question.moment)
    return frozenset(actual.lower() for arn in arns for actual in names.get(arn, (arn,)))


def administrators(model: AccessModel, account_id: str, moment: datetime) -> Mapping[str, Administrator]:
    """Return the users and roles of an account that are administrators in effect, by their ARNs."""
    circumstances = Circumstances(moment)
    asker = Asker(model)
    search = HolderSearch(asker, admin_demand(account_id), circumstances, is_admin=True)
    result = {}
    for acting in _acting(asker, circumstances):
        level, actions = search.power(acting)
        if level != "no" and acting.known.account.id == account_id:
            result[acting.known.entity.arn] = Administrator(acting.known, level == "yes", actions)
    return result


def _acting(asker: Asker, circumstances: Circumstances) -> Iterator[Acting]:
    """Yield every user, signed in with MFA unless it is a machine's, and a session of every role."""
    for actor in asker.model.actors:
        if actor.known:
            yield acting_user(actor.known, actor.kind, circumstances)
    for role in asker.model.roles:
        yield asker.reacher.session(role, "", circumstances)


def _finding(arn: str, administrator: Administrator, question: AdministratorQuestion) -> AuditFinding:
    word = "role" if isinstance(administrator.known.entity, IamRole) else "IAM user"
    verb = "is" if administrator.is_certain else "may be, depending on conditions or on policies that are not known,"
    name, actions = arn.rpartition("/")[2], _words(administrator.actions)
    problem = f"the {word} {name} {verb} an administrator in effect{actions}, and no file makes it one"
    detail = ""
    if isinstance(administrator.known.entity, IamRole):
        trusted = _trusted(administrator.known.entity)
        problem += _in_words(trusted)
        detail = ", ".join(sorted(trusted)) or "nobody"
    return AuditFinding("administrator", name, problem, _hint(arn, name, question), detail)


def _words(actions: tuple[str, ...]) -> str:
    if not actions:
        return ""
    return f" ({first_of(actions, _NAMED, 'actions')})"


def _trusted(role: IamRole) -> tuple[str, ...]:
    """Return whom a role trusts, each once."""
    names = [name for statement in role.trust if statement.effect == "Allow" for name in _named_in(statement)]
    return tuple(dict.fromkeys(names))


def _named_in(statement: Statement) -> Iterator[str]:
    """Yield whom a statement of a trust policy lets in, by the names that stand there."""
    if statement.unread:
        yield "somebody whom a statement names that cannot be read"
    yield from (principal.name for principal in statement.principals)
    if statement.not_principals:
        yield f"everybody but {' and '.join(principal.name for principal in statement.not_principals)}"


def _in_words(listed: Sequence[str]) -> str:
    """Return whom a role trusts, as the end of a sentence; nothing where it trusts nobody."""
    if not listed:
        return ""
    return f"; it trusts {first_of(listed, _NAMED)}"


def _hint(arn: str, name: str, question: AdministratorQuestion) -> str:
    repair = f"iamgen deploy {question.account.name} --repair"
    people = {person.name.casefold() for person in question.declaration.people}
    if _OF_IDENTITY_CENTER in arn:
        return "who may have this role is decided in IAM Identity Center: look at its permission set there"
    if ":role/" in arn:
        is_of_stack = f'"RoleName": "{name}"' in question.text
        return repair if is_of_stack else "look at who trusts it with what, and take away what it need not have"
    if question.account.holds_people:
        return repair if name.casefold() in people else f"iamgen user offboard {name}, or declare them"
    return "take its policies and groups away, or delete it"
