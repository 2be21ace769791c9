"""Share the sessions of assumed roles with the AWS CLI, in its folder `~/.aws/cli/cache`.

This module is imported where a session is begun, since it imports botocore.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.utils import JSONFileCache

_KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")


class SessionCache(JSONFileCache):  # type: ignore[misc]  # botocore has no types
    """A cache in which a file that holds no session counts as no file: the role is assumed anew, and the file written
    anew."""

    def __init__(self) -> None:
        super().__init__(str(Path.home() / ".aws" / "cli" / "cache"))

    def __contains__(self, cache_key: str) -> bool:
        try:
            return _is_session(self[cache_key])
        except KeyError:
            return False


def _is_session(value: Any) -> bool:  # noqa: ANN401  # JSON of any shape
    credentials = value.get("Credentials") if isinstance(value, Mapping) else None
    if not isinstance(credentials, Mapping):
        return False
    if not all(isinstance(credentials.get(key), str) for key in _KEYS):
        return False
    try:
        # botocore writes UTC where ISO 8601 has Z
        return datetime.fromisoformat(credentials["Expiration"].replace("UTC", "Z")).tzinfo is not None
    except ValueError:
        return False
