"""Add to an error what had already begun in AWS when the error came, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import telling
from iamgen.deploy.stack_status import UPDATING
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, IamgenError

_SERVER_ERROR = 500  # from here on a status of HTTP says that AWS itself does not know what became of the request


@contextmanager
def with_consequence(where: str, clients: Clients, message: str, hint: str) -> Iterator[None]:
    """Add to the faults of an error in the block what had already begun, and what to do about it."""
    try:
        with telling(where, clients.credentials):
            yield
    except IamgenError as exc:
        raise IamgenError([*exc.faults, Fault(where, message, hint)]) from exc


def watching(account: TargetAccount) -> str:
    """Return how a person can watch what happens in an account's stack."""
    return f"follow it: iamgen deploy {account.name} --wait"


def following(account: TargetAccount, status: str) -> str:
    """Return how a person can watch what happens in an account's stack and, if it is an update, how to stop it."""
    return (
        f"{watching(account)}; stop an update: iamgen cancel {account.name}"
        if status == UPDATING
        else watching(account)
    )


def is_refusal(exc: BaseException) -> bool:
    """Whether AWS has refused, so that nothing has begun. If its answer was lost, something may have begun."""
    from botocore.exceptions import ClientError

    if not isinstance(exc, ClientError):
        return False
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return int(status) < _SERVER_ERROR


def cli_options(clients: Clients) -> str:
    """Return the options that the AWS CLI needs to work in the account, in the stack's region.

    An older AWS CLI does not know AWS_ENDPOINT_URL, and would change the real AWS. The variable is named and not its
    value, in which a password may be.
    """
    profile = clients.credentials.profile
    endpoint = ' --endpoint-url "$AWS_ENDPOINT_URL"' if os.environ.get("AWS_ENDPOINT_URL") else ""
    return f" --region {clients.region}{f' --profile {profile}' if profile else ''}{endpoint}"
