"""Write what a person has in AWS as lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from iamgen.declaration.expiry import spoken
from iamgen.declaration.resolved import Granted
from iamgen.people.user_overview import UserOverview
from iamgen.people.user_state import AccessKeyState, OtherCredential, Password, UserState

_COLUMN = 21  # the longest label, and two blanks
_NOTHING = "none"


def user_lines(overview: UserOverview, now: datetime) -> Iterator[str]:
    """Yield the lines of `iamgen user show`."""
    yield _heading(overview)
    if overview.user:
        yield from state_lines(overview.user, now)
    if overview.person:
        yield from _section("roles that users.py grants:", map(_grant_line, overview.granted))
        signs = "differences from users.py (+ is only in AWS, - is missing there, ~ is not the same):"
        yield from _section(signs, (difference.text for difference in overview.differences))
    if overview.user and overview.user.not_looked_at:
        yield from _section("not looked at, because an action is missing:", _refused(overview.user))


def _heading(overview: UserOverview) -> str:
    declared = f"declared in {overview.place}" if overview.person else "users.py does not declare them"
    exists = "an IAM user" if overview.user else "no IAM user"
    return f"{overview.name}: {exists} of {overview.account}, {declared}"


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield heading
    yield from (f"  {line}" for line in list(lines) or [_NOTHING])


def _refused(user: UserState) -> Iterator[str]:
    yield from (f"{part.replace('_', ' ')}: {action}" for part, action in user.not_looked_at.items())


def _grant_line(grant: Granted) -> str:
    end = f" until {spoken(grant.until)}" if grant.until else ""
    reason = f": {grant.reason}" if grant.reason else ""
    return f"{grant.role} in {grant.account}{end}{reason}"


def state_lines(user: UserState, now: datetime) -> Iterator[str]:
    """Yield a line for each thing that a user has, and one for each kind of thing that the user does not have."""
    for label, (part, lines) in _parts(user, now).items():
        shown = ["not looked at"] if part in user.not_looked_at else list(lines) or [_NOTHING]
        for number, line in enumerate(shown):
            yield f"  {(label if number == 0 else ''):{_COLUMN}}{line}"


def _parts(user: UserState, now: datetime) -> dict[str, tuple[str, Iterable[str]]]:
    """Return, by label, the name of the part and its lines."""
    return {
        "user": ("", [f"{user.arn}, {user.id}, created {_since(user.created, now)}"]),
        "password": ("password", [_password(user.password, now)] if user.password else []),
        "last sign-in": ("", [_since(user.last_sign_in, now)] if user.last_sign_in else ["none that AWS knows of"]),
        "MFA devices": ("mfa_devices", [f"{item.serial}, {_since(item.enabled, now)}" for item in user.mfa_devices]),
        "access keys": ("keys", [_key(key, now) for key in user.keys]),
        "certificates": ("certificates", [_other(item, now) for item in user.certificates]),
        "SSH keys": ("ssh_keys", [_other(item, now) for item in user.ssh_keys]),
        "service credentials": ("service_credentials", [_other(item, now) for item in user.service_credentials]),
        "groups": ("groups", user.groups),
        "attached policies": ("attached", user.attached),
        "inline policies": ("inline", user.inline),
        "permissions boundary": ("", [user.boundary] if user.boundary else []),
        "tags": ("", [f"{key}={text}" for key, text in sorted(user.tags.items())]),
    }


def _password(password: Password, now: datetime) -> str:
    change = ", to be changed at the next sign-in" if password.must_change else ""
    return f"{_since(password.created, now)}{change}"


def _key(key: AccessKeyState, now: datetime) -> str:
    state = "active" if key.is_active else "inactive"
    return f"{key.id}, {state}, {_since(key.created, now)}, {_use(key, now)}"


def _use(key: AccessKeyState, now: datetime) -> str:
    if not key.is_use_known:
        return "its last use was not looked at"
    if key.last_used is None:
        return "no use that AWS knows of"
    return f"last used {_since(key.last_used, now)}{f' for {key.last_service}' if key.last_service else ''}"


def _other(credential: OtherCredential, now: datetime) -> str:
    service = f", for {credential.service}" if credential.service else ""
    state = "active" if credential.is_active else "inactive"
    return f"{credential.id}, {state}, {_since(credential.created, now)}{service}"


def _since(moment: datetime, now: datetime) -> str:
    days = (now - moment).days
    age = "today" if days < 1 else f"{days} day{'' if days == 1 else 's'} ago"
    return f"{moment:%Y-%m-%d} ({age})"
