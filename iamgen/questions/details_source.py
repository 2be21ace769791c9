"""Make the model of accounts as they are in AWS, from `aws iam get-account-authorization-details`.

Each account's details are put into the form of a template, so that one reader serves all sources.
Source: IAM API Reference, GetAccountAuthorizationDetails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from iamgen.access.accounts import Account, AccountSource
from iamgen.aws.iam_types import GROUP, POLICY, ROLE, USER
from iamgen.aws.managed_policies import ManagedPolicyDocuments, managed_documents
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.iam.json_text import parse
from iamgen.iam.syntax import Path as TemplatePath
from iamgen.iam.template import Template
from iamgen.iam.text_file import parsed, read_text
from iamgen.questions.declared_source import TextPositions
from iamgen.questions.details_shape import shape_faults
from iamgen.questions.model import AccessModel, ModelAccount
from iamgen.questions.places import AccountPlaces
from iamgen.questions.template_source import AccountFile, users_of
from iamgen.questions.trusted_strangers import strangers

Block = Mapping[str, Any]
_COLONS = 5
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_OF_AWS = ":iam::aws:policy/"
_HOW = "write it with: aws iam get-account-authorization-details > FILE"
_TYPES = {"UserDetailList": USER, "GroupDetailList": GROUP, "RoleDetailList": ROLE}
_NAMES = {"UserDetailList": "UserName", "GroupDetailList": "GroupName", "RoleDetailList": "RoleName"}
_INLINE = {"UserDetailList": "UserPolicyList", "GroupDetailList": "GroupPolicyList", "RoleDetailList": "RolePolicyList"}
_NOT_IN_DETAILS = Fault(
    "account details",
    "which users have an MFA device, a password or an access key is not told by them, nor which are people",
)


@dataclass(frozen=True)
class AccountDetails:
    """The details of one account."""

    account_id: str
    """The account's id."""
    name: str
    """How answers name the account."""
    where: str
    """What they were read from: a file, or AWS."""
    body: Block
    """The details."""
    text: str = ""
    """The text that they were read from, for its lines; empty for an answer of AWS."""


def read_details(item: AccountFile) -> AccountDetails:
    """Return the details of a file. Raises IamgenError when it is no such JSON, truncated, or of another account."""
    where = str(item.file)
    text = read_text(item.file, where, _HOW)
    body = parsed(where, text, parse, _HOW)
    return checked(AccountDetails(item.account_id, item.name, where, _block(where, body), text))


def checked(details: AccountDetails) -> AccountDetails:
    """Return the details. Raises IamgenError when they are truncated, of another account, or have another shape."""
    body, where = details.body, details.where
    if body.get("IsTruncated") or body.get("NextToken") or body.get("Marker"):
        problem = "the details are truncated: users, groups, roles or policies are missing"
        raise refuse(where, problem, "fetch every page: without --max-items and without --no-paginate")
    for name in LISTS:
        if not isinstance(body.get(name), list):
            raise refuse(where, f"is not the details of an account: it has no list {name}", _HOW)
    entries = [(name, number, item) for name in LISTS for number, item in enumerate(body[name], start=1)]
    for name, number, item in entries:
        _check_item(details, name, number, item)
    faults = [fault for name, number, item in entries for fault in shape_faults(f"{where}, {name} {number}", item)]
    if faults:
        raise IamgenError(faults)
    return details


def from_details(several: Iterable[AccountDetails]) -> AccessModel:
    """Return the model of accounts by their details. Raises IamgenError for accounts of several partitions."""
    listed = tuple(several)
    partition = _partition(listed[0]) if listed else "aws"
    _check_partitions(listed, partition)
    accounts = tuple(map(_account, listed))
    return AccessModel(
        accounts,
        (*users_of(accounts), *strangers(accounts)),
        "account details",
        partition,
        gaps=(_NOT_IN_DETAILS,),
    )


def pages(iam: Any, where: str) -> Block:  # noqa: ANN401  # boto3 has no types
    """Return what AWS says of the account, all pages together. Raises IamgenError when it breaks off."""
    body: dict[str, list[Any]] = {name: [] for name in LISTS}
    more: dict[str, str] = {}
    while True:
        page = iam.get_account_authorization_details(**more)
        for name in LISTS:
            body[name] += page.get(name, ())
        if not page.get("IsTruncated"):
            return body
        if not page.get("Marker"):
            raise refuse(where, "AWS's answer breaks off before its end", "ask again")
        more = {"Marker": page["Marker"]}


def _block(where: str, body: object) -> Block:
    if not isinstance(body, Mapping):
        raise refuse(where, "is not the details of an account: it is no block", _HOW)
    return body


def _check_item(details: AccountDetails, name: str, number: int, item: object) -> None:
    where = f"{details.where}, {name} {number}"
    if not isinstance(item, Mapping) or not isinstance(item.get("Arn"), str):
        raise refuse(where, "has no Arn", _HOW)
    if not isinstance(item.get(_NAMES.get(name, "PolicyName")), str):
        raise refuse(where, f"has no {_NAMES.get(name, 'PolicyName')}", _HOW)
    fields = item["Arn"].split(":", _COLONS)
    if fields[0] != "arn" or len(fields) <= _COLONS:
        raise refuse(where, f"{item['Arn']!r} is not an ARN", _HOW)
    account = fields[4]
    if account not in (details.account_id, "aws"):
        problem = f"is of account {account or item['Arn']}, not of {details.account_id}"
        raise refuse(where, problem, f"write --account-details {account}=FILE, or fetch the other account's")


@dataclass(frozen=True)
class _DetailsTemplate:
    """Details in the form of a template, and where each part of it stands in them."""

    resources: dict[str, Block]
    origins: dict[TemplatePath, TemplatePath]


def _account(details: AccountDetails) -> ModelAccount:
    form = _DetailsTemplate({}, {})
    for name in _TYPES:
        for index, item in enumerate(details.body[name]):
            _add_holder(form, name, index, item)
    for index, item in enumerate(details.body["Policies"]):
        _add_policy(form, index, item)
    body = {"Resources": form.resources}
    source = AccountSource(body, details.account_id, _partition(details), _managed(details), tolerant=True)
    written = TextPositions(details.text or "{}")
    places = AccountPlaces(
        details.where,
        lambda: Template.of(body, 0, source.place),
        lambda path: written.position(_origin(form, path)) if details.text else None,
    )
    return ModelAccount(details.name, Account.read(source), places)


def _check_partitions(several: Iterable[AccountDetails], partition: str) -> None:
    """Raise IamgenError for details of another partition: nobody of one may do anything in another."""
    faults: list[Fault] = []
    for details in several:
        arns = (item["Arn"] for name in LISTS for item in details.body[name])
        foreign = next((arn for arn in arns if arn.split(":")[1] != partition), None)
        if foreign:
            problem = f"{foreign} is of another partition than {partition}, of which the first details are"
            faults.append(Fault(details.where, problem, "ask about the accounts of each partition by themselves"))
    if faults:
        raise IamgenError(faults)


def _partition(details: AccountDetails) -> str:
    arns = (item["Arn"] for name in LISTS for item in details.body[name])
    return next((arn.split(":")[1] for arn in arns), "aws")


def _managed(details: AccountDetails) -> ManagedPolicyDocuments:
    """Return the documents of AWS managed policies: those that the details tell, then those that are known here.

    Where both are the same, the known one is taken, so that it is parsed once for all accounts.
    """
    known = managed_documents(_partition(details))
    policies = (item for item in details.body["Policies"] if _OF_AWS in item["Arn"])
    documents = {item["Arn"].partition(_OF_AWS)[2]: _default_document(item)[1] for item in policies}
    own = {name: item for name, item in documents.items() if isinstance(item, Mapping)}
    return known.with_own({name: known[name] if known.get(name) == item else item for name, item in own.items()})


def _add_holder(form: _DetailsTemplate, name: str, index: int, item: Block) -> None:
    logical_id = f"{_NAMES[name].removesuffix('Name')}{index}"
    path = ("Resources", logical_id, "Properties")
    form.origins[path[:2]] = (name, index)
    properties: dict[str, Any] = {
        _NAMES[name]: item[_NAMES[name]],
        "Path": item.get("Path", "/"),
        "ManagedPolicyArns": [policy.get("PolicyArn") for policy in _blocks(item, "AttachedManagedPolicies")],
        "Policies": list(_inline(item, _INLINE[name])),
        "Tags": list(_blocks(item, "Tags")),
    }
    form.origins[*path, "Policies"] = (name, index, _INLINE[name])
    boundary = item.get("PermissionsBoundary")
    if isinstance(boundary, Mapping):
        properties["PermissionsBoundary"] = boundary.get("PermissionsBoundaryArn")
    if name == "UserDetailList":
        properties["Groups"] = list(item.get("GroupList", ()))
    if name == "RoleDetailList":
        properties["AssumeRolePolicyDocument"] = _document(item.get("AssumeRolePolicyDocument"))
        form.origins[*path, "AssumeRolePolicyDocument"] = (name, index, "AssumeRolePolicyDocument")
    form.resources[logical_id] = {"Type": _TYPES[name], "Properties": properties}


def _add_policy(form: _DetailsTemplate, index: int, item: Block) -> None:
    if _OF_AWS in item["Arn"]:
        return
    logical_id, (version, document) = f"Policy{index}", _default_document(item)
    form.resources[logical_id] = {
        "Type": POLICY,
        "Properties": {
            "ManagedPolicyName": item["PolicyName"],
            "Path": item.get("Path", "/"),
            "PolicyDocument": document,
        },
    }
    form.origins["Resources", logical_id] = ("Policies", index)
    origin = ("Policies", index, "PolicyVersionList", version, "Document")
    form.origins["Resources", logical_id, "Properties", "PolicyDocument"] = origin


def _default_document(policy: Block) -> tuple[int, object]:
    """Return the version of a policy that is in force, and its number in the list; None where it is not told."""
    for number, version in enumerate(_blocks(policy, "PolicyVersionList")):
        if version.get("IsDefaultVersion") or version.get("VersionId") == policy.get("DefaultVersionId", object()):
            return number, _document(version.get("Document"))
    return 0, None


def _blocks(item: Block, name: str) -> Iterator[Block]:
    listed = item.get(name, ())
    return (block for block in (listed if isinstance(listed, list) else ()) if isinstance(block, Mapping))


def _inline(item: Block, name: str) -> Iterator[Block]:
    for policy in _blocks(item, name):
        yield {"PolicyName": policy.get("PolicyName"), "PolicyDocument": _document(policy.get("PolicyDocument"))}


def _document(document: object) -> object:
    """Return a policy document, which AWS's API sends percent-encoded and its clients decode."""
    if not isinstance(document, str):
        return document
    try:
        decoded = json.loads(unquote(document))
    except (ValueError, RecursionError):
        return document
    return decoded if isinstance(decoded, Mapping) else document


def _origin(form: _DetailsTemplate, path: TemplatePath) -> TemplatePath:
    for length in range(len(path), 0, -1):
        if path[:length] in form.origins:
            return (*form.origins[path[:length]], *path[length:])
    return path
