"""Load the model that answers questions about access: from a folder, a commit, templates, account details, or AWS.

model = access_model(source, now, console)     an AccessModel, the same whatever it is read from
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.questions.declared_source import DeclaredTexts, from_declaration, production_accounts
from iamgen.questions.declared_terms import declared_terms
from iamgen.questions.model import AccessModel, Actor

if TYPE_CHECKING:
    from iamgen.aws_client.clients import Clients
    from iamgen.declaration.resolved import Declaration
    from iamgen.project import Project, Rendered
    from iamgen.questions.details_source import AccountDetails
    from iamgen.ui.console import Console

_SHOWN = 3
_NO_STACK = '{"Resources": {}}'
_CHANGED_BY_HAND = "what somebody changed by hand in AWS since the stacks were deployed: iamgen drift"
AS_DEPLOYED = "users.py, as it would be deployed"


@dataclass(frozen=True)
class ModelSource:
    """The source from which questions about access are answered: the declaration, unless an option names another."""

    folder: Path
    """A folder of the repository; for templates and details there need not be one."""
    revision: str | None = None
    """`--at`: a tag, a branch or a commit, whose declaration is taken."""
    templates: tuple[str, ...] = ()
    """`--template ACCOUNT_ID=FILE`: accounts of which there is nothing but templates."""
    details: tuple[str, ...] = ()
    """`--account-details ACCOUNT_ID=FILE`: the JSON of `aws iam get-account-authorization-details`."""
    live: bool = False
    """`--live`: ask AWS for the details of the accounts of CONST.inc."""
    profile: str | None = None
    """With `live` and `deployed`, the AWS CLI profile for every account."""
    role_arn_template: str | None = None
    """With `live` and `deployed`, the ARN of a role to assume in each account."""
    deployed: bool = False
    """Ask AWS for the templates that the stacks of the accounts of CONST.inc were deployed with."""
    leaves_out: bool = False
    """With `live`, whether accounts that AWS does not tell about are left out, and named as gaps of the model; as long
    as it tells about one of them. Otherwise each of them is an error."""

    @property
    def is_declared(self) -> bool:
        """Whether it is a declaration: that of the folder, or of a revision."""
        return not (self.templates or self.details or self.live or self.deployed)

    def check(self) -> None:
        """Raise UsageError when more than one source is named, or credentials that none of them uses."""
        sources = {
            "--at": self.revision,
            "--template": self.templates,
            "--account-details": self.details,
            "--live": self.live,
            "--deployed": self.deployed,
        }
        named = [option for option, value in sources.items() if value]
        if len(named) > 1:
            problem = f"{' and '.join(named)} name different sources, and answers are about one"
            raise UsageError([Fault(named[0], problem, "ask twice, once of each")])
        credentials = {"--profile": self.profile, "--role-arn-template": self.role_arn_template}
        unused = [option for option, value in credentials.items() if value and not (self.live or self.deployed)]
        if unused:
            problem = "it says how to ask AWS, and no option has AWS asked: the answer would not be about AWS"
            raise UsageError(
                [Fault(unused[0], problem, "add the option that asks AWS, --live or --deployed, or leave it out")]
            )


def access_model(source: ModelSource, now: datetime, console: Console) -> AccessModel:
    """Return the model of a source, having printed what is worth a warning about it.

    Raises IamgenError for whatever is wrong with it.
    """
    model = _model(source, now, console)
    warn_of_unread(model, console)
    return model


def warn_of_unread(model: AccessModel, console: Console) -> None:
    """Print a warning for the first things that could not be read, and how many more there are."""
    console.warnings(model.unread[:_SHOWN])
    if len(model.unread) > _SHOWN:
        problem = f"{len(model.unread) - _SHOWN:,} more things like these were not looked at"
        console.warning(Fault(model.origin, problem, "--json lists them all"))


def _model(source: ModelSource, now: datetime, console: Console) -> AccessModel:
    source.check()
    if source.templates or source.details:
        return _of_files(source)
    from iamgen.declaration.repository_root import find_root

    root = find_root(source.folder)
    if source.revision is not None:
        return _of_revision(root, source.revision, now, console)
    from iamgen.project import Project
    from iamgen.synth import import_stack

    project = Project.load(root, now, meanwhile=import_stack)
    if source.deployed:
        return _deployed(project, source, console)
    return (
        _live(project.declaration, source, console)
        if source.live
        else _declared(project.render(), AS_DEPLOYED, console)
    )


def _declared(rendered: Rendered, origin: str, console: Console) -> AccessModel:
    console.warnings((*rendered.project.warnings, *rendered.warnings))
    return rendered_model(rendered, origin)


def rendered_model(rendered: Rendered, origin: str) -> AccessModel:
    """Return the model of templates that are rendered already; `origin` says in words what they are."""
    root, declaration = rendered.project.root, rendered.declaration
    model = from_declaration(DeclaredTexts(root, declaration, rendered.texts, origin))
    return replace(model, terms=declared_terms(declaration, root))


def _deployed(project: Project, source: ModelSource, console: Console) -> AccessModel:
    """Return the model of the templates that the stacks were deployed with, with the people of the declaration."""
    from iamgen.deploy.deployed_templates import deployed_templates
    from iamgen.deploy.targets import CredentialChoice

    choice = CredentialChoice(source.profile, source.role_arn_template)
    declaration = project.declaration
    templates = deployed_templates(declaration, choice, console)
    texts = {name: text or _NO_STACK for name, text in templates.items()}
    for name, text in templates.items():
        if text is None:
            problem = f"there is no stack {declaration.settings.stack}: the account counts as empty"
            console.warning(Fault(name, problem, f"deploy it: iamgen deploy {name}"))
    model = from_declaration(DeclaredTexts(project.root, declaration, texts, "AWS, as it is deployed"))
    return replace(model, gaps=(*model.gaps, Fault("--deployed", _CHANGED_BY_HAND)))


def _of_revision(root: Path, name: str, now: datetime, console: Console) -> AccessModel:
    from iamgen.release.repository import open_repository
    from iamgen.revision import project_at, revision_named

    with project_at(revision_named(open_repository(root), name), now) as project:
        return _declared(project.render(), f"users.py at {name}", console)


def _of_files(source: ModelSource) -> AccessModel:
    from iamgen.questions.template_source import account_files, from_templates

    names = _account_names(source.folder)
    if source.templates:
        return from_templates(account_files("--template", source.templates, names), _partition(source.folder))
    from iamgen.questions.details_source import from_details, read_details

    files = account_files("--account-details", source.details, names)
    details: list[AccountDetails] = []
    faults: list[Fault] = []
    for item in files:
        try:
            details.append(read_details(item))
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(faults)
    return from_details(details)


def _account_names(folder: Path) -> Mapping[str, str]:
    """Return the accounts of CONST.inc by their ids, where there is a repository: answers name them so."""
    from iamgen.declaration.accounts import accounts
    from iamgen.declaration.constants_file import read
    from iamgen.declaration.repository_root import CONSTANTS_FILE, find_root

    with suppress(IamgenError):
        constants, _ = read(find_root(folder) / CONSTANTS_FILE, CONSTANTS_FILE)
        return {account.id: account.name for account in accounts(constants).by_name.values()}
    return {}


def _partition(folder: Path) -> str:
    from iamgen.declaration.constants_file import read
    from iamgen.declaration.repository_root import CONSTANTS_FILE, find_root

    with suppress(IamgenError):
        constants, _ = read(find_root(folder) / CONSTANTS_FILE, CONSTANTS_FILE)
        return constants.get("GLOBAL_AWS_PARTITION") or "aws"
    return "aws"


def _live(declaration: Declaration, source: ModelSource, console: Console) -> AccessModel:
    """Return the model of the accounts as AWS describes them now, with the people and CI users of the declaration."""
    import threading
    from functools import partial

    from iamgen.aws_client.parallel import side_by_side
    from iamgen.deploy.targets import CredentialChoice
    from iamgen.questions.details_source import from_details
    from iamgen.ui.board import showing

    choice = CredentialChoice(source.profile, source.role_arn_template)
    accounts = declaration.accounts.values()
    clients = choice.clients_of_each(declaration, accounts, console)
    work = {account.name: partial(_details, clients[account.name], account.name, account.id) for account in accounts}
    with console.board(list(work)) as show:
        shown = {name: partial(showing, show, name, "reading IAM", details) for name, details in work.items()}
        results = side_by_side(shown, threading.Event())
    faults = [fault for result in results.values() if isinstance(result, IamgenError) for fault in result.faults]
    details = [result for result in results.values() if not isinstance(result, IamgenError)]
    if faults and not (source.leaves_out and details):
        raise IamgenError(faults)
    console.warnings(faults)
    model = from_details(details)
    actors = tuple(_as_declared(actor, declaration) for actor in model.actors)
    gaps = (*model.gaps, *_missing_accounts(declaration, results))
    return replace(
        model,
        actors=actors,
        aliases=declaration.aliases,
        gaps=gaps,
        origin="AWS, as it is now",
        production=production_accounts(declaration),
    )


def _missing_accounts(declaration: Declaration, results: Mapping[str, AccountDetails | IamgenError]) -> Iterator[Fault]:
    """Yield a gap for each account about which AWS did not tell anything."""
    for name, result in results.items():
        if isinstance(result, IamgenError):
            where = f"{name} ({declaration.accounts[name].id})"
            yield Fault(where, f"the account {where}, all of it: {result.faults[0].problem}")


def _as_declared(actor: Actor, declaration: Declaration) -> Actor:
    """Return a user of AWS as the person or CI user that the declaration says it is."""
    if actor.kind != "user":
        return actor
    holds_people = declaration.accounts[actor.account_name].holds_people
    if holds_people and any(person.name == actor.name for person in declaration.people):
        return replace(actor, kind="person")
    is_machine = any(machine.name == actor.name for machine in declaration.machines)
    return replace(actor, kind="CI user") if is_machine else actor


def _details(clients: Clients, name: str, account_id: str) -> AccountDetails:
    from iamgen.aws_client.clients import require_account
    from iamgen.aws_client.errors import telling
    from iamgen.questions.details_source import AccountDetails, checked, pages

    where = f"{name} ({account_id})"
    require_account(clients, account_id, where)
    with telling(where, clients.credentials):
        body = pages(clients.iam, where)
    return checked(AccountDetails(account_id, name, f"AWS, account {name}", body))
