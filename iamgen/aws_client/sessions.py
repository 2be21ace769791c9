"""Make sessions of boto3: their credentials, their time limits, and what they report under --verbose.

This module is imported where a session is begun, since it imports boto3.
"""

from __future__ import annotations

import time
from functools import cache, partial
from typing import Any

import boto3  # 300 ms
from botocore.config import Config
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.loaders import create_loader
from botocore.session import Session

from iamgen.aws_client.session_cache import SessionCache
from iamgen.errors import refuse
from iamgen.ui import tracing

# Throttling is tried again with growing pauses, for some half a minute in all. Where nothing answers, the tries end
# as soon as this many seconds have passed: two requests that nobody answers, or the first try after a longer pause.
_ATTEMPTS = 8
_PATIENCE = 30.0
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    connect_timeout=5,
    read_timeout=20,
    user_agent_extra="iamgen",
)
_BEGAN = "iamgen_began"
_ASKING = ("mfa_serial", "credential_process")
_NAMES = {"access_key": "access key id", "secret_key": "secret access key", "token": "session token"}


def session(profile: str | None, where: str, **settings: str) -> Any:  # noqa: ANN401  # boto3 has no types
    """Return a session; `where` names the account in what --verbose tells."""
    core = Session(profile=profile)
    # what describes the services is read once, not once an account: 13 ms instead of 130
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    # also for the clients that credentials are got with
    core.set_default_client_config(_CONFIG)
    core.register("before-call", _note_beginning)
    core.register("needs-retry", _end_retries)
    core.register("after-call", partial(_tell_answer, where))
    core.register("after-call-error", partial(_tell_failure, where))
    # sessions are shared with the AWS CLI: an MFA code works once, and a deployment has many accounts
    core.get_component("credential_provider").get_provider("assume-role").cache = SessionCache()
    return boto3.Session(botocore_session=core, **settings)


def may_ask(profile: str | None) -> bool:
    """Return whether somebody may be asked for something while a profile's credentials are got: for an MFA code, or
    for whatever the program asks for that prints them. What cannot be read counts as if it asked."""
    core = Session(profile=profile)
    try:
        profiles, name = core.full_config["profiles"], core.profile or "default"
    except BotoCoreError:
        return True
    chain: list[str] = []
    while name not in chain and name in profiles:
        chain.append(name)
        name = profiles[name].get("source_profile", name)
    return any(key in profiles[link] for link in chain for key in _ASKING)


def sign_in(session: Any, where: str, credentials: object) -> None:  # noqa: ANN401  # boto3 has no types
    """Get credentials now, before anything else is asked of AWS: a profile may ask for an MFA code.

    Raises IamgenError where they cannot be sent: an HTTP header takes no line feed, and would be shown in a message.
    """
    try:
        source = session.get_credentials()
        frozen = source.get_frozen_credentials() if source else None  # the first request says that there are none
    except EOFError as exc:
        message = "the profile asks for an MFA code, and there is no terminal to ask on"
        hint = "sign in before, with the AWS CLI and that profile, or deploy from a terminal"
        raise refuse(where, message, hint) from exc
    for attribute, name in _NAMES.items():
        value = getattr(frozen, attribute, None)
        if value is not None and not _is_sendable(value):
            message = f"{credentials}: the {name} is not one word of ASCII characters"
            raise refuse(where, message, "set it anew: a copied value often brings a line feed along")


def _is_sendable(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value


@cache
def _loader(path: str | None) -> Any:  # noqa: ANN401  # boto3 has no types
    return create_loader(path)


def _note_beginning(context: dict[str, Any], **_: object) -> None:
    context[_BEGAN] = time.monotonic()


def _end_retries(caught_exception: Exception | None, request_dict: dict[str, Any], **_: object) -> None:
    """Raise what was caught when nothing has answered for too long, instead of trying again."""
    began = request_dict["context"].get(_BEGAN)
    if (
        isinstance(caught_exception, HTTPClientError | BotoConnectionError)
        and began
        and time.monotonic() - began > _PATIENCE
    ):
        raise caught_exception


def _tell_answer(where: str, event_name: str, parsed: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    code = parsed.get("Error", {}).get("Code", "")
    _tell(where, event_name, context, f": {code}" if code else "")


def _tell_failure(where: str, event_name: str, exception: Exception, context: dict[str, Any], **_: object) -> None:
    _tell(where, event_name, context, f": {type(exception).__name__}")


def _tell(where: str, event_name: str, context: dict[str, Any], end: str) -> None:
    service, operation = event_name.split(".")[1:3]
    text = f"aws: {where}, {context.get('client_region')}: {service} {operation}{end}"
    tracing.tell(text, context.get(_BEGAN, time.monotonic()))
