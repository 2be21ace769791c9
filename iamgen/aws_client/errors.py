"""Turn errors of requests to AWS into words that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.aws_client.broken_credentials import broken_credentials, is_of_botocore, without_credentials
from iamgen.errors import Fault, IamgenError
from iamgen.ui.masking import masked
from iamgen.ui.printable import printable

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_INVALID = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
DENIED_CODES = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
"""What AWS calls a request for which the credentials lack the permission."""
_THROTTLED = {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
_MOVED = {
    "ChangeSetNotFound",
    "ChangeSetNotFoundException",
    "InvalidChangeSetStatus",
    "InvalidChangeSetStatusException",
}
NOT_ALLOWED = re.compile(
    r"(?:User|Principal): (?P<who>\S+) is not authorized to perform: (?P<action>[\w:]+)"
    r"(?: on resource: (?P<resource>.+?))?(?= because|\s*\(|\s*$)"
)


@contextmanager
def telling(where: str, credentials: object) -> Iterator[None]:
    """Turn what boto3 raises into an IamgenError; `where` names the account, `credentials` where they come from."""
    try:
        yield
    except IamgenError:
        raise
    except Exception as exc:
        fault = _fault(where, str(credentials), exc)
        if fault is None:
            raise
        raise IamgenError([Fault(*map(masked, fault))]) from exc


def _fault(where: str, credentials: str, exc: Exception) -> Fault | None:
    """Return what is wrong, None for a bug of iamgen."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    if isinstance(exc, ClientError):
        return _refused(where, credentials, exc)
    if isinstance(exc, BotoCoreError):
        return _not_reached(where, credentials, exc)
    if isinstance(exc, ResponseParserError):
        return _not_aws(where)
    return _unexpected(where, credentials, exc) if is_of_botocore(exc) else None


def _unexpected(where: str, credentials: str, exc: Exception) -> Fault | None:
    """Return what is wrong where botocore lets through, as it comes, what it does not expect itself."""
    broken = broken_credentials(where, credentials, exc)
    if broken:
        return broken
    if isinstance(exc, ValueError):
        return _no_address(where, exc)
    return _not_aws(where) if isinstance(exc, KeyError) else None


def _not_aws(where: str) -> Fault:
    hint = "look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL; what is under way in AWS goes on"
    return Fault(where, "what answers is not AWS: perhaps a proxy, or a network's page to sign in", hint)


def _no_address(where: str, exc: Exception) -> Fault:
    hint = "look at AWS_ENDPOINT_URL, and at endpoint_url in ~/.aws/config: it is such as http://127.0.0.1:4566"
    # urllib ends with what it could not read, which may be a part of a password
    return Fault(where, f"AWS cannot be reached: {str(exc).partition(' as ')[0]}", hint)


def code_of(exc: Exception) -> str:
    """Return what AWS calls a refusal, such as `ValidationError`."""
    return str(getattr(exc, "response", {}).get("Error", {}).get("Code", ""))


def denied(where: str, message: str) -> Fault | None:
    """Return what a message says that may not be done, and on what; None when it does not say so."""
    match = NOT_ALLOWED.search(message)
    if not match:
        return None
    on = f" on {match['resource']}" if match["resource"] else ""
    text = f"{match['who']} may not do {match['action']}{on}"
    return Fault(where, text, f"give it {match['action']}, or deploy as somebody who has it")


def _refused(where: str, credentials: str, exc: Exception) -> Fault:
    code, message = code_of(exc), str(exc)
    operation = getattr(exc, "operation_name", "")
    if code in _EXPIRED:
        return Fault(where, f"the credentials have expired: {credentials}", _again(credentials))
    if code in _INVALID:
        return Fault(where, f"AWS does not know the credentials: {credentials} ({code})", _again(credentials))
    if code in DENIED_CODES:
        text = f"{credentials} may not do {operation}: {_message_of(exc)}"
        return denied(where, message) or Fault(where, text, "deploy as somebody who may")
    return _of_the_operation(where, code, operation, exc)


def _of_the_operation(where: str, code: str, operation: str, exc: Exception) -> Fault:
    if code in _THROTTLED:
        hint = "wait a minute, and try it again; what is under way in AWS goes on"
        return Fault(where, f"AWS takes no more requests for now ({operation}: {code})", hint)
    if code in _MOVED and operation == "ExecuteChangeSet":
        message = f"the plan cannot be carried out any more, somebody has deployed meanwhile: {_message_of(exc)}"
        return Fault(where, message, "deploy again, and look at the plan")
    if code.startswith("OperationInProgress"):
        hint = "wait for it: aws cloudformation list-stack-set-operations --stack-set-name NAME"
        return Fault(where, "another operation of the stack set is going on", hint)
    return Fault(where, f"AWS refuses {operation}: {code}: {_message_of(exc)}")


def _message_of(exc: Exception) -> str:
    return printable(str(getattr(exc, "response", {}).get("Error", {}).get("Message", "")) or str(exc))


def _again(credentials: str) -> str:
    return f"sign in again, or get new keys, for {credentials}; what is under way in AWS goes on"


def _not_reached(where: str, credentials: str, exc: Exception) -> Fault:
    from botocore.exceptions import ConnectionError as BotoConnectionError
    from botocore.exceptions import HTTPClientError

    if isinstance(exc, HTTPClientError) and isinstance(exc.kwargs.get("error"), ValueError):
        hint = "look at the AWS_ variables of the environment: a copied value often brings a line feed along"
        return Fault(where, "a header of the request has a character in it that none may have", hint)
    if isinstance(exc, HTTPClientError | BotoConnectionError):
        hint = "look at the network and at AWS_ENDPOINT_URL; what is under way in AWS goes on"
        return Fault(where, f"AWS cannot be reached: {exc}", hint)
    return without_credentials(where, credentials, exc)
