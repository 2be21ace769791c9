"""Make the model of accounts from templates alone, whichever tool wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iamgen.access.accounts import Account, AccountSource
from iamgen.aws.managed_policies import managed_documents
from iamgen.errors import Fault, IamgenError
from iamgen.iam.source import read
from iamgen.iam.template import NAMES, Template
from iamgen.iam.values import block_of
from iamgen.questions.model import AccessModel, Actor, KnownEntity, ModelAccount
from iamgen.questions.places import AccountPlaces
from iamgen.questions.trusted_strangers import strangers
from iamgen.ui.listing import first_of

_ACCOUNT_ID = 12
_LISTED = 4
_NOT_IN_TEMPLATES = Fault(
    "templates",
    "users, groups, policies and memberships that were made in another way than by these templates are not known",
)


@dataclass(frozen=True)
class AccountFile:
    """A file that says what an account has."""

    account_id: str
    """The account's id."""
    file: Path
    """The file."""
    name: str
    """How answers name the account: as CONST.inc does, else by its id."""


def account_files(option: str, written: Iterable[str], names: Mapping[str, str]) -> tuple[AccountFile, ...]:
    """Return what `ACCOUNT_ID=FILE` means; `names` has the names of accounts by id. Raises IamgenError for all faults.

    `option` is the option in which they are written.
    """
    files: list[AccountFile] = []
    faults: list[Fault] = []
    for text in written:
        account_id, equals, file = text.partition("=")
        if not equals or not file or len(account_id) != _ACCOUNT_ID or not account_id.isdecimal():
            faults.append(Fault(option, f"{text!r} is not ACCOUNT_ID=FILE", "such as 123456789012=prod.json"))
        elif account_id in {earlier.account_id for earlier in files}:
            faults.append(Fault(option, f"the account {account_id} is named twice", "name one file for each account"))
        else:
            files.append(AccountFile(account_id, Path(file), names.get(account_id, account_id)))
    if faults:
        raise IamgenError(faults)
    return tuple(files)


def from_templates(files: Iterable[AccountFile], partition: str) -> AccessModel:
    """Return the model of accounts with one template each. Raises IamgenError for a file that is no template."""
    accounts = tuple(_account(item, partition) for item in files)
    return AccessModel(
        accounts,
        (*users_of(accounts), *strangers(accounts)),
        "templates",
        partition,
        gaps=(_NOT_IN_TEMPLATES, *_conditional(accounts)),
    )


def _conditional(accounts: Iterable[ModelAccount]) -> Iterator[Fault]:
    """Yield which users, groups and roles of an account may not be there: a condition decides at the deployment."""
    for account in accounts:
        if names := account.content.conditional:
            listed = first_of(names, _LISTED)
            yield Fault(
                "Conditions", f"conditions of a template, which decide whether {listed} are made in {account.name}"
            )


def of_one_template(template: Template, account_id: str, partition: str) -> AccessModel:
    """Return the model of one template that has been read. A resource without a name is called by its logical id."""
    written = block_of(template.body.get("Resources")).items()
    body = {**template.body, "Resources": {name: _with_name(name, block) for name, block in written}}
    source = AccountSource(body, account_id, partition, managed_documents(partition), tolerant=True)
    places = AccountPlaces("template", lambda: template, lambda _path: None)
    account = ModelAccount("the account", Account.read(source), places)
    return AccessModel((account,), (*users_of((account,)), *strangers((account,))), "template", partition)


def _with_name(logical_id: str, block: object) -> object:
    kind = block_of(block).get("Type")
    name = NAMES.get(kind) if isinstance(kind, str) else None
    if name is None or not isinstance(block, Mapping):
        return block
    properties = block_of(block.get("Properties"))
    return {**block, "Properties": {name: logical_id, **properties}}


def users_of(accounts: Iterable[ModelAccount]) -> Iterator[Actor]:
    """Yield every user of the accounts. Templates do not say whether a user is a person or a machine."""
    for account in accounts:
        for user in account.content.users:
            known = KnownEntity(user, account)
            yield Actor("user", user.name, known, place=known.place())


def _account(item: AccountFile, partition: str) -> ModelAccount:
    source = read(item.file)
    described = AccountSource(source.body, item.account_id, partition, managed_documents(partition), tolerant=True)
    places = AccountPlaces(
        str(item.file),
        lambda: Template.of(source.body, len(source.text), described.place),
        source.position,
    )
    return ModelAccount(item.name, Account.read(described), places)
