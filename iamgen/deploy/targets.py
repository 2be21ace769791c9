"""Find what each account should have according to the declaration, and the credentials for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from iamgen.aws_client.clients import SESSION_NAME, Client, Clients, Credentials, connect, role_arn
from iamgen.aws_client.parallel import side_by_side
from iamgen.declaration.accounts import PROFILE, constant
from iamgen.declaration.model import STANDARD_ROLES
from iamgen.declaration.naming import ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy.order import Order
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.ui.board import showing
from iamgen.ui.console import Console


@dataclass(frozen=True)
class CredentialChoice:
    """How to come by credentials."""

    profile: str | None = None
    """The profile that is used for all accounts; None where none is named."""
    role_arn_template: str | None = None
    """The ARN of the role to assume in each account, with `{account_id}`; None where none is named."""

    def credentials(self, declaration: Declaration, account: Account) -> Credentials:
        """Return the account's credentials: what was said, else the profile that CONST.inc has for it, unless the
        environment has credentials itself, as that of a pipeline has.

        Raises UsageError for a template that names no account, and for a role that no session of iamgen's can assume.
        """
        template = self.role_arn_template
        role = role_arn(template, account.id, declaration.partition) if template else None
        if role and _demands_name_of_user(declaration, account, role):
            raise UsageError([_session_name_fault(role)])
        names = [account.name, *(alias for alias, name in declaration.aliases.items() if name == account.name)]
        written = (declaration.constants.get(constant(name, PROFILE)) for name in names)
        own = next((text for text in written if text), None)
        return Credentials(self.profile or (None if role or _in_environment() else own), role)

    def clients(self, declaration: Declaration, account: Account) -> Clients:
        """Return the account's clients, signed in.

        Where there is no way to have them, it is their use that raises IamgenError: the other accounts are none the
        worse. Raises UsageError as `credentials` does.
        """
        credentials = self.credentials(declaration, account)
        try:
            return connect(credentials, declaration.region, where(account))
        except IamgenError as exc:
            return Clients(partial(_fail, exc), credentials, declaration.region)

    def clients_of_each(
        self, declaration: Declaration, accounts: Collection[Account], console: Console
    ) -> dict[str, Clients]:
        """Return the clients of several accounts by name, in their order. They sign in at the same time, a few at once;
        those whose profile may ask for an MFA code do so before, one after the other. Raises UsageError as
        `credentials` does.
        """
        profiles = {account.name: self.credentials(declaration, account).profile for account in accounts}
        may_ask = _profiles_that_may_ask(profiles.values())
        asking = [account for account in accounts if profiles[account.name] in may_ask]
        signed_in = {account.name: self.clients(declaration, account) for account in asking}
        rest = {item.name: partial(self.clients, declaration, item) for item in accounts if item not in asking}
        with console.board(list(rest)) as show:
            work = {name: partial(showing, show, name, "signing in", sign_in) for name, sign_in in rest.items()}
            results = side_by_side(work, threading.Event(), only_reads=True)
        signed_in |= {name: clients for name, clients in results.items() if isinstance(clients, Clients)}
        return {account.name: signed_in[account.name] for account in accounts}


def _profiles_that_may_ask(profiles: Iterable[str | None]) -> set[str | None]:
    """Return those of the profiles for whose credentials somebody may be asked for something."""
    from iamgen.aws_client.sessions import may_ask  # it imports boto3

    return {profile for profile in dict.fromkeys(profiles) if may_ask(profile)}


def _demands_name_of_user(declaration: Declaration, account: Account, arn: str) -> bool:
    """Whether a role accepts only sessions with the name of their user, and no user who may assume it has a name like
    that of iamgen's session. For other people's roles, AWS decides."""
    if not declaration.settings.session_name_is_user:
        return False
    assumed_by = {role.name: role.assumed_by for role in declaration.roles}
    naming = declaration.naming(account)
    names = [name for name in (*STANDARD_ROLES, *assumed_by) if naming.role_arn(name) == arn]
    return any(
        not assumed_by.get(name)
        and all(grant.principal.name != SESSION_NAME for grant in declaration.granted_in(account, name))
        for name in names
    )


def _session_name_fault(arn: str) -> Fault:
    problem = (
        f"session_name_is_user excludes it: {arn} takes no session but one that is called like its user, "
        f"and a session of --role-arn-template is always called {SESSION_NAME}"
    )
    hint = "leave it out, and name for each account a profile with role_session_name, which iamgen bootstrap writes"
    return Fault("--role-arn-template", problem, hint)


def _fail(error: IamgenError, _service: str) -> Client:
    raise error


def _in_environment() -> bool:
    return bool(os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"))


def where(account: Account) -> str:
    """Return how messages name an account."""
    return str(TargetAccount(account.name, account.id))


def in_question(account: Account) -> str:
    """Return how a question names an account, so that people see whether it is a production account."""
    return target(account).in_plan


def target(account: Account) -> TargetAccount:
    """Return the account as deployments know it."""
    return TargetAccount(account.name, account.id, account.kind == "prod")


def order(declaration: Declaration, account: Account, text: str, tags: Mapping[str, str]) -> Order:
    """Return what the account should have, `text` being its template."""
    return Order(
        target(account),
        declaration.settings.stack,
        text,
        tags,
        people_arns(declaration),
        members(declaration, account),
        _everybody(declaration, account),
        kept_roles(account),
        frozenset(person.name for person in declaration.people) if account.holds_people else None,
        not account.is_workload,
        declaration.partition,
        declared_tags=declaration.settings.tags,
        people_account=declaration.people_account.id,
    )


def kept_roles(account: Account) -> frozenset[str]:
    """Return the roles, by logical id, that stay in an account's stack when nobody holds them any more."""
    return frozenset(() if account.is_workload else STANDARD_ROLES)


def _everybody(declaration: Declaration, account: Account) -> frozenset[str]:
    """Return the names of all people and CI users, where the account holds people."""
    if not account.holds_people:
        return frozenset()
    return frozenset(
        [person.name for person in declaration.people] + [machine.name for machine in declaration.machines]
    )


def people_arns(declaration: Declaration) -> frozenset[str]:
    """Return the ARNs of the declared users."""
    naming = declaration.naming(declaration.people_account)
    return frozenset(naming.user_arn(person.name, person.path) for person in declaration.people)


def members(declaration: Declaration, account: Account) -> Mapping[str, frozenset[str]]:
    """Return who belongs into the groups that people are put into by hand, by the group's logical id."""
    if not account.holds_people or declaration.settings.users != "console":
        return {}
    everybody = frozenset(person.name for person in declaration.people)
    power = frozenset(person.name for person in declaration.people if person.power)
    return {ASSUME_GROUP: everybody, OWN_USER_GROUP: everybody, POWER_GROUP: power}


def people_first(accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Return the accounts in the order in which they are deployed: a trust has to find its users."""
    return tuple(sorted(accounts, key=lambda account: not account.holds_people))
