"""`iamgen refresh-managed-policies`: fetch the documents of AWS managed policies as they are today."""

from __future__ import annotations

from dataclasses import dataclass

from iamgen.aws.managed_policies import ManagedPolicyDocuments, keep, managed_documents
from iamgen.aws.managed_policy_archive import ManagedPolicy, PolicyListOrigin
from iamgen.aws.managed_policy_requests import ListedPolicy, fetched_policies, is_known, listed_policies
from iamgen.aws.partitions import DEFAULT, PartitionName
from iamgen.aws_client.clients import Credentials, connect
from iamgen.aws_client.errors import telling
from iamgen.clock import now
from iamgen.errors import refuse
from iamgen.ui.console import Console

_WHERE = "AWS managed policies"
_REGIONS: dict[PartitionName, str] = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""A region of each partition to send requests to: IAM is the same in all of them."""


@dataclass(frozen=True)
class RefreshRequest:
    """Where to fetch policies from."""

    profile: str | None = None
    """The profile whose credentials are used; None takes the default credentials."""
    partition: PartitionName = DEFAULT
    """The partition whose policies are fetched; the credentials must be of an account in it."""


def refresh_managed_policies(request: RefreshRequest, console: Console) -> int:
    """Fetch the policies, keep them for later questions, and return 0.

    Raises IamgenError when AWS cannot be asked, lists no policies, or the file cannot be written.
    """
    known = managed_documents(request.partition)
    policies = _fetched(request, known, console)
    today = max(now().date().isoformat(), known.date)  # a clock that is slow must not make them older than they are
    origin = PolicyListOrigin(f"From AWS, partition {request.partition}.", today, request.partition)
    try:
        file = keep(policies, origin)
    except OSError as exc:
        raise refuse(_WHERE, f"they cannot be kept: {exc}", "set XDG_CACHE_HOME to a folder that is writable") from exc
    console.note(_summary(policies, known))
    console.note(f"They are kept in {file}, and take the place of those of {known.date}.")
    return 0


def _fetched(request: RefreshRequest, known: ManagedPolicyDocuments, console: Console) -> tuple[ManagedPolicy, ...]:
    credentials = Credentials(request.profile)
    clients = connect(credentials, _REGIONS[request.partition], _WHERE)
    with telling(_WHERE, credentials):
        listed = listed_policies(clients.iam)
        _check(listed, request.partition)
        new = tuple(policy.name for policy in listed if not is_known(policy, known))
        with console.progress("fetching", new) as show:
            return tuple(fetched_policies(clients.iam, listed, known, show))


def _check(listed: tuple[ListedPolicy, ...], partition: PartitionName) -> None:
    """Refuse a list that cannot be all of AWS's policies of the partition: it would make known policies unknown."""
    if not any(policy.name == "AdministratorAccess" for policy in listed):
        raise refuse(_WHERE, f"AWS lists {len(listed)}, and AdministratorAccess is not among them",
                     "look at AWS_ENDPOINT_URL: a local AWS does not have them")  # fmt: skip
    elsewhere = next((policy.arn for policy in listed if policy.arn.split(":")[1] != partition), None)
    if elsewhere:
        raise refuse(_WHERE, f"{elsewhere} is not of the partition {partition}", "name the partition: --partition")


def _summary(policies: tuple[ManagedPolicy, ...], known: ManagedPolicyDocuments) -> str:
    new = sum(policy.name not in known for policy in policies)
    changed = sum(policy.name in known and known.version(policy.name) != policy.version for policy in policies)
    gone = len(set(known) - {policy.name for policy in policies})
    return f"{len(policies)} AWS managed policies: {new} new, {changed} changed, {gone} that AWS no longer lists."
