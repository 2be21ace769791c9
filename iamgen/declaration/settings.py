"""What is wrong with `SETTINGS`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.model import STANDARD_ROLES, Settings
from iamgen.similar_names import did_you_mean

_CHOICES = {"trust": ("arns", "names"), "users": ("console", "stack")}
_QUOTAS = {
    "trust_policy_quota": (quotas.TRUST_POLICY, quotas.TRUST_POLICY_RAISED),
    "managed_policies_quota": (quotas.POLICIES_OF_A_ROLE, quotas.POLICIES_OF_A_ROLE_RAISED),
}
_STACK = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def settings_faults(settings: Settings) -> Iterator[MisDeclared]:
    """Yield what is out of bounds in the settings."""
    for what, hint, about in _wrong(settings):
        yield MisDeclared(settings.origin, f"Settings: {what}", hint, about)


def _wrong(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for name, choices in _CHOICES.items():
        value = getattr(settings, name)
        if value not in choices:
            otherwise = f"write {' or '.join(map(repr, choices))}"
            yield f"{name} is {value!r}", did_you_mean(value, choices, otherwise), name
    if not _STACK.fullmatch(settings.stack) or len(settings.stack) > quotas.STACK_NAME:
        hint = f"a letter, then letters, digits and hyphens, up to {quotas.STACK_NAME}"
        yield f"stack is {settings.stack!r}", hint, "stack"
    for name, (least, most) in _QUOTAS.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            yield f"{name} is {value}", f"{least}, or up to {most} once AWS has raised it", name
    yield from _wrong_hours(settings)
    if not settings.channels:
        yield "channels is empty", "name one at least, such as ('infra',)", "channels"
    for channel in settings.channels:
        if not _CHANNEL.fullmatch(channel):
            yield f"channel {channel!r} cannot be part of a branch's name", "letters, digits and ._- only", channel
    yield from _wrong_ignores(settings)
    if settings.main_branch == "":
        yield "main_branch is empty", "name the branch that releases are made from, or leave it out", "main_branch"


def _wrong_hours(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for role, hours in settings.session_hours.items():
        if role not in STANDARD_ROLES:
            hint = did_you_mean(role, STANDARD_ROLES, f"roles are {', '.join(STANDARD_ROLES)}")
            yield f"session_hours: there is no role {role!r}", hint, role
        if hours not in quotas.SESSION_HOURS:
            yield f"session_hours: {role} has {hours}", "a session lasts 1 to 12 hours", role


def _wrong_ignores(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for rule, reason in settings.ignore.items():
        if not reason.strip():
            yield f"ignore: {rule} has no reason", "say why, for whoever reads it next", rule
