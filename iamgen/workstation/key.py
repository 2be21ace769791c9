"""A person's long-lived access key: where its secret comes from, and which keys are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iamgen.errors import Fault, UsageError, refuse

ID_OPTION, SECRET_OPTION = "--access-key-id", "--secret-access-key"
FROM_STDIN = "-"
_ID = re.compile(r"[A-Za-z0-9_]{1,128}")  # botocore's model of IAM; 16 to 128, emulators have shorter ones
_USUAL_ID = re.compile(r"AKIA[A-Z0-9]{16}")
_SECRET = re.compile(r"[!-~]+")
_OF_A_PERSON, _OF_A_SESSION = "AKIA", "ASIA"
_LONGEST_ID = 32  # of AWS's; a secret has 40


@dataclass(frozen=True)
class AccessKey:
    """An access key. Its representation does not show the secret."""

    id: str
    """Its id."""
    secret: str = field(repr=False)
    """Its secret."""


@dataclass(frozen=True)
class StatedKey:
    """What the command line says about a key, and how else its secret can be obtained."""

    id: str | None
    """The id; None where the command line has none."""
    secret: str | None = field(repr=False)
    """The secret; None where the command line has none."""
    environment: Mapping[str, str] = field(repr=False)
    """The environment variables."""
    piped: Callable[[], str]
    """Reads the secret from a pipe."""
    prompt: Callable[[], str] | None
    """Asks for the secret on the terminal; None where there is none."""


def check(value: StatedKey) -> None:
    """Raise UsageError for what is wrong with the key's id, or for its absence.

    No message repeats a value: it may be a secret in the wrong place.
    """
    if value.id is None:
        raise UsageError([Fault(SECRET_OPTION, "a secret without the id of its key", f"name it: {ID_OPTION} AKIA…")])
    is_secret = len(value.id) > _LONGEST_ID and not value.id.startswith(_OF_A_PERSON)
    if is_secret or not _ID.fullmatch(value.id):
        problem = "this is no access key's id: one has some 20 letters and digits"
        raise UsageError([Fault(ID_OPTION, problem, f"it begins with AKIA; the secret goes with {SECRET_OPTION}")])
    if value.id.startswith(_OF_A_SESSION):
        problem = "a key that begins with ASIA is a session's, and ends with it"
        raise UsageError([Fault(ID_OPTION, problem, "create an access key of your own, in the console")])


def access_key(value: StatedKey) -> AccessKey:
    """Return the key, after asking for its secret if no other place has it. `check` comes first.

    Raises IamgenError when what was given is no secret, or there is nobody to ask.
    """
    if value.secret is None and not _in_environment(value) and value.prompt is None:
        problem = f"there is no secret for {value.id}, and no terminal to ask on"
        hint = f"pipe it in with {SECRET_OPTION} -, or set AWS_SECRET_ACCESS_KEY together with AWS_ACCESS_KEY_ID"
        raise refuse(SECRET_OPTION, problem, hint)
    secret = _secret(value).strip()
    if not _SECRET.fullmatch(secret):
        problem = (
            "the secret is empty" if not secret else "the secret has a blank, a control character or the like in it"
        )
        raise refuse(SECRET_OPTION, problem, "copy it again, whole and alone")
    return AccessKey(str(value.id), secret)


def warnings(value: StatedKey) -> tuple[Fault, ...]:
    """Return what to say about a key that may be mistyped, and about how its secret was given."""
    result = []
    if value.id and not _USUAL_ID.fullmatch(value.id):
        problem = "AWS's ids of a person's key are AKIA and 16 letters and digits; this is none"
        result.append(Fault(ID_OPTION, problem, "look whether it is whole"))
    if value.secret is not None and value.secret != FROM_STDIN:
        problem = "the secret is in your shell's history now, and was in the list of processes"
        hint = "remove it from the history; without this option you are asked for it"
        result.append(Fault(SECRET_OPTION, problem, hint))
    return tuple(result)


def _secret(value: StatedKey) -> str:
    if value.secret == FROM_STDIN:
        return value.piped()
    if value.secret is not None:
        return value.secret
    if _in_environment(value):
        return value.environment["AWS_SECRET_ACCESS_KEY"]
    return value.prompt() if value.prompt else ""


def _in_environment(value: StatedKey) -> bool:
    """Tell whether the environment has this key's secret; that of another key, or of a session, it is not."""
    env = value.environment
    is_same = env.get("AWS_ACCESS_KEY_ID") in {None, "", value.id}
    return bool(env.get("AWS_SECRET_ACCESS_KEY")) and is_same and not env.get("AWS_SESSION_TOKEN")
