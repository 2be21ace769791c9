"""Remove secrets from messages: those in the environment, and user names and passwords in URLs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

MASK = "***"
_SECRET = re.compile(r"AWS_\w*(SECRET|TOKEN|PASSWORD)\w*", re.IGNORECASE)
_PLACE = re.compile(r"\w*(_FILE|_URI|_URL|_PATH|_DIRECTORY)", re.IGNORECASE)
_URL = re.compile(r"\w*(URL|PROXY)\w*", re.IGNORECASE)
# The user name of git@ in ssh://git@host is no secret; that of https://TOKEN@host is one.
_USER_INFO = re.compile(
    r"(?<=://)[^\s/?#\"'<>]*:[^\s/?#\"'<>]*@|(?<=https://)[^\s/?#\"'<>…]*@|(?<=http://)[^\s/?#\"'<>…]*@"
)
# Shorter than any key of AWS. What an emulator takes for one, such as `test`, is also a word of messages.
_SHORTEST = 8
_SHORTEST_KEY_ID = 16  # an emulator takes the twelve digits of an account for a key id


def masked(text: str) -> str:
    """Return the text without secrets: values of this process's environment, and the user info of URLs.

    A secret is found as it is, and as Python writes it in a message: with an escape for a line feed.
    """
    for secret in sorted(_secrets(os.environ), key=len, reverse=True):
        text = text.replace(secret, f"{MASK}@" if secret.endswith("@") else MASK)
    return _USER_INFO.sub(f"{MASK}@", text)


def _secrets(environment: Mapping[str, str]) -> set[str]:
    """Return what must not be shown, in each form in which it might be."""
    values = {value for name, value in environment.items() for value in (*_keys(name, value), *_user_info(name, value))}
    escaped = {value.encode("unicode_escape").decode() for value in values}
    return values | escaped


def _keys(name: str, value: str) -> Iterator[str]:
    """Yield the secret that a variable holds, and each line of it."""
    is_key_id = name == "AWS_ACCESS_KEY_ID" and len(value) >= _SHORTEST_KEY_ID
    if is_key_id or (_SECRET.fullmatch(name) and not _PLACE.fullmatch(name)):
        yield from (part for part in (value, *value.split()) if len(part) >= _SHORTEST)


def _user_info(name: str, value: str) -> Iterator[str]:
    """Yield the user name and password of a URL. The last @ ends them: a password may hold what no URL should."""
    if _URL.fullmatch(name) and "@" in value:
        user_info = (value.partition("://")[2] or value).rpartition("@")[0]
        yield f"{user_info}@"
        yield from (part for part in (user_info.partition(":")[2],) if len(part) >= _SHORTEST)
