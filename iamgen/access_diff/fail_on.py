"""Decide which differences make a command fail that compares access: `--fail-on gain|escalation|any`."""

from __future__ import annotations

from typing import Literal

from iamgen.access_diff.model_difference import ModelDifference
from iamgen.errors import Fault

FailOn = Literal["gain", "escalation", "any"]


_UNREAD = Fault(
    "",
    "it is not known whether somebody gains access: one of the sides cannot be read",
    "mend what is named above, or leave out --fail-on",
)
_GAIN = Fault("", "somebody gains access", "take away what is gained, or leave out --fail-on")
_ESCALATION = Fault("", "there are new ways to administrator", "take away what leads there")
_ANY = Fault("", "access is not the same", "take back what changes it, or leave out --fail-on")
_DOUBT = Fault(
    "",
    "it is not decided whether somebody gains access",
    "write the statements that are named so that they can be decided",
)


def failure(command: str, difference: ModelDifference | None, fail_on: FailOn | None) -> Fault | None:
    """Return why a command has to fail, or None if it does not. Cases that are undecided or unknown count as
    differences."""
    if fail_on is None:
        return None
    fault = _UNREAD if difference is None else _failure(difference, fail_on)
    return fault and fault._replace(where=command)


def _failure(difference: ModelDifference, fail_on: FailOn) -> Fault | None:
    if fail_on != "escalation" and difference.has_gains:
        return _GAIN
    if difference.new_administrators:
        return _ESCALATION
    if fail_on == "any" and not (difference.is_proven_equal and not difference.left and not difference.joined):
        return _ANY
    return _DOUBT if difference.has_doubts else None
