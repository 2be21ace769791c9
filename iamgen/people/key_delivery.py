"""Deliver a new access key to its machine: by Secrets Manager, in a private file, or once on the terminal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import code_of
from iamgen.deploy.consequences import is_refusal
from iamgen.errors import refuse
from iamgen.people.secret_file import claim, require_absent
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

_KEY = "a key"


@dataclass(frozen=True)
class NewKey:
    """An access key with its secret, which AWS shows this once."""

    user: str
    """The user's name."""
    id: str
    """The key's id."""
    secret: str = field(repr=False)
    """The key's secret."""

    @property
    def as_json(self) -> str:
        """Return it as JSON, by the names that AWS has for its parts."""
        return json.dumps({"UserName": self.user, "AccessKeyId": self.id, "SecretAccessKey": self.secret})


class KeyDelivery(Protocol):
    """A way to deliver a key."""

    @property
    def target(self) -> str:
        """The target of the delivery, in words."""

    def prepare(self) -> None:
        """Make sure, before there is a key, that it can be handed over. Raises what hinders it."""

    def hand_over(self, key: NewKey) -> None:
        """Hand the key over. Raises what hinders it."""

    def may_have_key(self, exc: BaseException) -> bool:
        """Whether the key may have arrived although `exc` ended the handing over: then it must not be deleted."""

    def withdraw(self) -> None:
        """Undo what was prepared."""


class TerminalKeyDelivery:
    """The key is shown on the terminal."""

    target = "the terminal"

    def __init__(self, console: Console) -> None:
        """Raises IamgenError when there is no terminal."""
        if not console.err.isatty():
            problem = "a key is shown only on a terminal, and there is no terminal"
            raise refuse("keys rotate", problem, "hand it over by --secret NAME or --key-file FILE")
        self._console = console

    def prepare(self) -> None:
        """A terminal is always ready."""

    def hand_over(self, key: NewKey) -> None:
        """Show it."""
        self._console.note(f"access key of {key.user}: {key.id}\nits secret, shown this once: {key.secret}")

    def may_have_key(self, exc: BaseException) -> bool:  # noqa: ARG002  # of the protocol
        """Return False: somebody who saw only a part of the key has to begin anew."""
        return False

    def withdraw(self) -> None:
        """Nothing was shown."""


class FileKeyDelivery:
    """The key is written into a new file of mode 0600, as JSON."""

    def __init__(self, file: Path) -> None:
        """Raises IamgenError when the file is there already: it may have another key."""
        require_absent(file, _KEY)
        self._file = file

    @property
    def target(self) -> str:
        """The file."""
        return f"the file {self._file}"

    def prepare(self) -> None:
        """Make the file, while there is no key yet that could be lost."""
        claim(self._file, _KEY)

    def hand_over(self, key: NewKey) -> None:
        """Write it."""
        write_all({self._file: f"{key.as_json}\n"}, private=True)

    def may_have_key(self, exc: BaseException) -> bool:  # noqa: ARG002  # of the protocol
        """A file is written as a whole or not at all."""
        return False

    def withdraw(self) -> None:
        """Remove the file."""
        self._file.unlink(missing_ok=True)


class SecretKeyDelivery:
    """The key becomes the value of a secret of Secrets Manager, in the account of the machine."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients, self._name, self._exists = clients, name, False

    @property
    def target(self) -> str:
        """The secret."""
        return f"the secret {self._name} of Secrets Manager"

    def prepare(self) -> None:
        """Look whether the secret exists. Raises what boto3 raises when it cannot be looked at."""
        from botocore.exceptions import ClientError

        try:
            self._clients.secretsmanager.describe_secret(SecretId=self._name)
        except ClientError as exc:
            if code_of(exc) != "ResourceNotFoundException":
                raise
            self._exists = False
        else:
            self._exists = True

    def hand_over(self, key: NewKey) -> None:
        """Put the key into the secret, which is created if it does not exist."""
        manager = self._clients.secretsmanager
        if self._exists:
            manager.put_secret_value(SecretId=self._name, SecretString=key.as_json)
        else:
            manager.create_secret(Name=self._name, SecretString=key.as_json)

    def may_have_key(self, exc: BaseException) -> bool:
        """The answer may be lost on its way when the secret has the key already, in the place of the old one."""
        return not is_refusal(exc)

    def withdraw(self) -> None:
        """Nothing was prepared."""
