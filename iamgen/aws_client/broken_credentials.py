"""Explain what is wrong with a source of credentials (a program, a file or a cache) that botocore cannot use.

botocore lets through what it does not expect, as it comes. Which of its functions were being called tells what it was
about to do.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from json import JSONDecodeError

from iamgen.errors import Fault
from iamgen.ui.printable import printable

_MODULES = ("botocore.credentials:", "botocore.tokens:")
_REQUEST = "botocore.client:BaseClient._make_api_call"
_PROCESS = "look at credential_process of that profile in ~/.aws/config, and run the program by hand"
_PROCESS_OUTPUT = "it has to print an object with Version 1, AccessKeyId and SecretAccessKey: run the program by hand"
_SSO_LOGIN = "aws sso login, with that profile"
_LOGIN = "aws login, with that profile"
_CONFIGURATION = "look at ~/.aws/config, at ~/.aws/credentials and at the AWS_ variables of the environment"


def is_of_botocore(exc: Exception) -> bool:
    """Whether it came through botocore."""
    return bool(_calls(exc))


def broken_credentials(where: str, credentials: str, exc: Exception) -> Fault | None:
    """Return what is wrong with the source of credentials; None for what was not raised on the way to them."""
    calls = _calls(exc)
    if not any(call.startswith(_MODULES) for call in calls):
        return None
    for beginning, explain in _EXPLANATIONS.items():
        if any(call.startswith(beginning) for call in calls):
            problem, hint = explain(exc)
            return Fault(where, f"{credentials}: {problem}", hint)
    if isinstance(exc, KeyError):  # a part that an answer of AWS should have
        return None
    return Fault(where, f"{credentials}: {_reason(exc)}", _CONFIGURATION)


def without_credentials(where: str, credentials: str, exc: Exception) -> Fault:
    """Return what is wrong where botocore itself says why there are no credentials."""
    from botocore.exceptions import ProfileNotFound

    if isinstance(exc, ProfileNotFound):
        problem = f"there is no profile {printable(str(exc.kwargs['profile']))}"
        return Fault(where, problem, "`aws configure list-profiles` lists those that there are")
    problem, hint = _reported(exc)
    return Fault(where, f"{credentials}: {problem}", hint)


def _reported(exc: Exception) -> tuple[str, str]:
    """Return what botocore reports, and what to do about it."""
    from botocore import exceptions as known

    text = printable(str(exc))
    causes = {
        known.NoCredentialsError: (
            "there are none",
            "name a profile with --profile, or set AWS_PROFILE; `aws configure` makes one",
        ),
        known.SSOError: (f"not signed in: {text}", _SSO_LOGIN),
        known.TokenRetrievalError: (f"not signed in: {text}", _SSO_LOGIN),
        known.LoginError: (f"not signed in: {text}", _LOGIN),
        known.MissingDependencyException: (text, "install botocore[crt] beside iamgen, or sign in another way"),
    }
    for kind, cause in causes.items():
        if isinstance(exc, kind):
            return cause
    if isinstance(exc, known.PartialCredentialsError):
        return f"a part is missing: {exc.kwargs['cred_var']}", "`aws configure` asks for all of them"
    if isinstance(exc, known.CredentialRetrievalError) and exc.kwargs["provider"] == "custom-process":
        return _failing_process(printable(str(exc.kwargs["error_msg"]).strip()))
    return text, _CONFIGURATION


def _failing_process(reason: str) -> tuple[str, str]:
    if reason.startswith(("Unsupported version", "Missing required key")):
        return f"credential_process prints JSON of another shape: {reason}", _PROCESS_OUTPUT
    return f"credential_process fails: {reason or 'it does not say why'}", _PROCESS


def _calls(exc: Exception) -> list[str]:
    """Return the functions of botocore that it came through, as `module:Class.function`, from the last request to AWS
    on: what was begun before that request has nothing to do with it."""
    calls: list[str] = []
    for frame, _ in traceback.walk_tb(exc.__traceback__):
        call = f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}"
        if call == _REQUEST:
            calls.clear()
        if call.startswith("botocore."):
            calls.append(call)
    return calls


def _reason(exc: Exception) -> str:
    """Return what the system says of a file, or what an exception says of itself."""
    if isinstance(exc, OSError) and exc.strerror:
        return printable(f"{exc.filename}: {exc.strerror}" if exc.filename else exc.strerror)
    return printable(str(exc)) or type(exc).__name__


def _process(exc: Exception) -> tuple[str, str]:
    calls = _calls(exc)
    if "botocore.credentials:RefreshableCredentials.create_from_metadata" in calls:
        return "credential_process prints an Expiration that is no time", _PROCESS_OUTPUT
    if isinstance(exc, JSONDecodeError | UnicodeDecodeError):
        return "credential_process prints no JSON", _PROCESS_OUTPUT
    if isinstance(exc, AttributeError | TypeError):
        return "credential_process prints JSON of another shape", _PROCESS_OUTPUT
    return f"credential_process cannot be run: {_reason(exc)}", _PROCESS


def _token_file(exc: Exception) -> tuple[str, str]:
    hint = "look at AWS_WEB_IDENTITY_TOKEN_FILE, and at web_identity_token_file in ~/.aws/config: a job writes the file"
    return f"the web identity token file cannot be read: {_reason(exc)}", hint


def _session_cache(exc: Exception) -> tuple[str, str]:
    hint = "make the folder writable, or remove what is in its place; the AWS CLI keeps its sessions in it too"
    return f"the session cannot be kept: {_reason(exc)}", hint


def _sso(_exc: Exception) -> tuple[str, str]:
    return "not signed in: the token in ~/.aws/sso/cache cannot be read", _SSO_LOGIN


def _login(_exc: Exception) -> tuple[str, str]:
    return "not signed in: the token in ~/.aws/login/cache cannot be read", _LOGIN


# By what botocore was calling; the first that fits explains it.
_EXPLANATIONS: Mapping[str, Callable[[Exception], tuple[str, str]]] = {
    "botocore.credentials:ProcessProvider.": _process,
    "botocore.utils:FileWebIdentityTokenLoader.": _token_file,
    "botocore.tokens:SSO": _sso,
    "botocore.credentials:Login": _login,
    "botocore.utils:JSONFileCache.__setitem__": _session_cache,
    "botocore.utils:SSOTokenLoader.": _sso,
    "botocore.credentials:SSO": _sso,
}
