"""Make the value of `${AWS_ROLE_PROFILES}`: an AWS CLI profile for each role that a person may assume."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from iamgen.aws import quotas
from iamgen.declaration.expiry import spoken
from iamgen.workstation.roles import Assumable


class ProfileSource(NamedTuple):
    """The profile with a person's own credentials, and what their role profiles share."""

    profile: str
    """The name of the person's own profile."""
    user: str
    """The person's name."""
    mfa_serial: str
    """The ARN or the serial number of their MFA device."""
    region: str
    """The region of the stacks."""


def role_profiles(roles: Iterable[Assumable], source: ProfileSource) -> str:
    """Return the profiles, a blank line between them, without a line end; nothing where there is no role."""
    return "\n\n".join("\n".join(_profile(role, source)) for role in roles)


def _profile(role: Assumable, source: ProfileSource) -> Iterator[str]:
    yield f"[profile {role.profile}]"
    if role.until:
        yield f"# until {spoken(role.until)}"
    yield f"role_arn = {role.arn}"
    yield f"source_profile = {source.profile}"
    yield f"mfa_serial = {source.mfa_serial}"
    if len(source.user) >= quotas.SESSION_NAME_SHORTEST:  # else no session can be called so
        yield f"role_session_name = {source.user}"
    if role.hours:
        yield f"duration_seconds = {role.hours * 3600}"
    yield f"region = {source.region}"
