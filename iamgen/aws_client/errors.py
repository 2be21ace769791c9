"""What goes wrong on the way to AWS, in words that say what to do."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.errors import Fault, IamgenError
from iamgen.ui.printable import printable

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_INVALID = {
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
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
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as exc:
        raise IamgenError([_refused(where, str(credentials), exc)]) from exc
    except BotoCoreError as exc:
        raise IamgenError([_not_reached(where, str(credentials), exc)]) from exc
    except ResponseParserError as exc:
        raise IamgenError([_not_aws(where)]) from exc
    except (KeyError, ValueError) as exc:
        if not _of_botocore(exc):
            raise
        raise IamgenError([_not_aws(where) if isinstance(exc, KeyError) else _no_address(where, exc)]) from exc


def _of_botocore(exc: Exception) -> bool:
    """Whether it was raised there: some of what it does not expect, it lets through as it comes."""
    frames = traceback.walk_tb(exc.__traceback__)
    return any(str(frame.f_globals.get("__name__")).startswith("botocore.") for frame, _ in frames)


def _not_aws(where: str) -> Fault:
    hint = "look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL; what is under way in AWS goes on"
    return Fault(where, "what answers is not AWS: perhaps a proxy, or a network's page to sign in", hint)


def _no_address(where: str, exc: Exception) -> Fault:
    hint = "look at AWS_ENDPOINT_URL, and at endpoint_url in ~/.aws/config: it is such as http://127.0.0.1:4566"
    return Fault(where, f"AWS cannot be reached: {exc}", hint)


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
    if code in _DENIED:
        text = f"{credentials} may not do {operation}: {_said(exc)}"
        return denied(where, message) or Fault(where, text, "deploy as somebody who may")
    return _of_the_operation(where, code, operation, exc)


def _of_the_operation(where: str, code: str, operation: str, exc: Exception) -> Fault:
    if code in _THROTTLED:
        hint = "wait a minute, and try it again; what is under way in AWS goes on"
        return Fault(where, f"AWS takes no more requests for now ({operation}: {code})", hint)
    if code in _MOVED and operation == "ExecuteChangeSet":
        message = f"the plan cannot be carried out any more, somebody has deployed meanwhile: {_said(exc)}"
        return Fault(where, message, "deploy again, and look at the plan")
    if code.startswith("OperationInProgress"):
        hint = "wait for it: aws cloudformation list-stack-set-operations --stack-set-name NAME"
        return Fault(where, "another operation of the stack set is going on", hint)
    return Fault(where, f"AWS refuses {operation}: {code}: {_said(exc)}")


def _said(exc: Exception) -> str:
    return printable(str(getattr(exc, "response", {}).get("Error", {}).get("Message", "")) or str(exc))


def _again(credentials: str) -> str:
    return f"sign in again, or get new keys, for {credentials}; what is under way in AWS goes on"


def _not_reached(where: str, credentials: str, exc: Exception) -> Fault:
    from botocore import exceptions as known

    sso = (known.SSOError, known.TokenRetrievalError)
    if isinstance(exc, known.NoCredentialsError | known.PartialCredentialsError):
        hint = "name a profile with --profile, or set AWS_PROFILE; `aws configure` makes one"
        return Fault(where, f"there are no credentials: {credentials}", hint)
    if isinstance(exc, known.ProfileNotFound):
        return Fault(where, f"there is no {credentials}", "`aws configure list-profiles` lists those that there are")
    if isinstance(exc, sso):
        return Fault(where, f"{credentials} is not signed in: {exc}", "aws sso login, with that profile")
    if isinstance(exc, known.HTTPClientError | known.ConnectionError):
        hint = "look at the network and at AWS_ENDPOINT_URL; what is under way in AWS goes on"
        return Fault(where, f"AWS cannot be reached: {exc}", hint)
    return Fault(where, f"{credentials}: {exc}", "look at ~/.aws/config and ~/.aws/credentials")
