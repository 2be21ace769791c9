"""The receipt of an offboarding: what the leaver had, what was done and by whom, and what was proven at the end.

It is a JSON file with a digest of itself, which tells a change by hand or by accident. Whoever can write the file can
also make another digest: keep it where its history is kept, such as in git.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from iamgen.errors import IamgenError, refuse
from iamgen.people.account_traces import Leaver
from iamgen.people.offboarding_checks import OffboardingClaim
from iamgen.ui.files import write_all

SCHEMA_VERSION = 1
_DIGEST = "sha256"
_SIZE = 16 * 2**20
_NEEDED = ("version", "state", "user", "accounts", "found", "runs", "proven", "remaining")


@dataclass(frozen=True)
class Receipt:
    """A receipt as it is read from its file."""

    file: Path
    """The file."""
    body: Mapping[str, Any]
    """What it says."""

    @property
    def leaver(self) -> Leaver:
        """Who was offboarded."""
        user = self.body["user"]
        return Leaver(user["name"], user["id"], user["arn"])

    @property
    def devices(self) -> tuple[str, ...]:
        """The serial numbers of the MFA devices that were found."""
        user = self.body["found"]["user"] or {}
        return tuple(device["serial"] for device in user.get("mfa_devices", ()))

    @property
    def sessions_ended(self) -> datetime | None:
        """The latest time up to which sessions were ended; None if none were ended."""
        return max((datetime.fromisoformat(text) for _, text in self._ended()), default=None)

    @property
    def claim(self) -> OffboardingClaim:
        """What it says that the offboarding has brought about."""
        roles = {
            account: [*item["ended"], *item.get("not_ended", ())] for account, item in self.body["accounts"].items()
        }
        return OffboardingClaim(self.leaver, self.body["user"]["is_kept"], roles, self.sessions_ended)

    def _ended(self) -> list[tuple[tuple[str, str], str]]:
        accounts = self.body["accounts"]
        return [((name, role), text) for name, item in accounts.items() for role, text in item["ended"].items()]


def digest(body: Mapping[str, Any]) -> str:
    """Return the digest of a receipt: of all but the digest, in one form."""
    content = {key: value for key, value in body.items() if key != _DIGEST}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_receipt(file: Path, body: Mapping[str, Any], markdown: str) -> None:
    """Write the receipt, and the page for people beside it, through no link that may have come with a commit.

    Raises IamgenError when they cannot be written.
    """
    file = file.absolute()
    text = json.dumps({**body, _DIGEST: digest(body)}, indent=2) + "\n"
    write_all({file: text, page_of(file): markdown}, within=file.parent)


def page_of(file: Path) -> Path:
    """Return the file that has the receipt for people."""
    return file.with_suffix(".md")


def read_receipt(file: Path) -> Receipt:
    """Return the receipt in a file. Raises IamgenError if the file is not a receipt, or was changed."""
    try:
        with file.open("rb") as stream:
            content = stream.read(_SIZE)
        body = json.loads(content)
    except OSError as exc:
        raise refuse(str(file), f"cannot be read: {exc.strerror}", "name the .json that user offboard wrote") from exc
    except (ValueError, RecursionError) as exc:
        raise _no_receipt(file) from exc
    if not isinstance(body, dict) or any(key not in body for key in _NEEDED) or body["version"] != SCHEMA_VERSION:
        raise _no_receipt(file)
    if body.get(_DIGEST) != digest(body):
        problem = "was changed after it was written: its digest is of something else"
        raise refuse(str(file), problem, "take the file as it was written, such as from git")
    receipt = Receipt(file, body)
    try:
        _ = (receipt.claim, receipt.devices, body["state"])
    except (AttributeError, KeyError, TypeError, ValueError) as exc:  # somebody has made one with a digest of its own
        raise _no_receipt(file) from exc
    return receipt


def _no_receipt(file: Path) -> IamgenError:
    return refuse(str(file), "is no receipt of user offboard", "name the .json that it wrote")
