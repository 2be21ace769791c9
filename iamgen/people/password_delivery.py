"""Deliver temporary passwords to a person: once on the terminal, or in a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from iamgen.errors import IamgenError
from iamgen.people.secret_file import claim, require_absent
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

_PASSWORDS = "passwords"


class PasswordDelivery(Protocol):
    """Where passwords go. A password that AWS may have taken is never lost, and one that it refused is not kept."""

    def prepare(self, user: str, password: str) -> None:
        """Keep a password that AWS is about to be told. Raises IamgenError when it cannot be kept."""

    def confirm(self, user: str, password: str) -> None:
        """Hand over a password that AWS has taken."""

    def withdraw(self, user: str) -> None:
        """Forget a password that AWS has refused."""


class TerminalDelivery:
    """Passwords are shown on the terminal, each once."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def prepare(self, user: str, password: str) -> None:
        """Nothing is shown before AWS has taken it."""

    def confirm(self, user: str, password: str) -> None:
        """Show it."""
        self._console.note(f"temporary password of {user}: {password}")

    def withdraw(self, user: str) -> None:
        """Nothing was shown."""


class FileDelivery:
    """Passwords are written into a file of mode 0600, a line for each person."""

    def __init__(self, file: Path) -> None:
        """Raises IamgenError when the file is there already: it may have the passwords of others."""
        require_absent(file, _PASSWORDS)
        self._file = file
        self._passwords: dict[str, str] = {}

    def prepare(self, user: str, password: str) -> None:
        """Write the password before AWS gets it, so that it is in the file however the request ends."""
        if not self._passwords:
            claim(self._file, _PASSWORDS)
        self._passwords[user] = password
        try:
            self._write()
        except IamgenError:  # what the file had before is still in it
            del self._passwords[user]
            self._remove_empty()
            raise

    def confirm(self, user: str, password: str) -> None:
        """It is in the file."""

    def withdraw(self, user: str) -> None:
        """Write the file without it; remove the file when nothing else is in it."""
        del self._passwords[user]
        if self._passwords:
            self._write()
        self._remove_empty()

    def _remove_empty(self) -> None:
        if not self._passwords:
            self._file.unlink(missing_ok=True)

    def _write(self) -> None:
        lines = (f"{user}\t{password}\n" for user, password in self._passwords.items())
        write_all({self._file: "".join(lines)}, private=True)
