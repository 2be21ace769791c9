"""Make patterns of the forms of ARNs that AWS lists for its actions, such as `arn:${Partition}:s3:::${BucketName}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from iamgen.access.patterns import Pattern, Wildcard, pattern

_COLONS = 5
_SERVICE = 2
_VARIABLE_PART = re.compile(r"\$\{([^{}]*)\}")
_ANY = "?*"
"""A variable part that is not known has at least one character."""
_WITHOUT_SLASH = {"dynamodb": "${TableName}", "s3": "${BucketName}"}
"""Names at the end of forms of ARNs that never have a slash, though what is in a bucket or beside a table does: else an
object would be taken for a bucket.

Sources: Amazon S3 User Guide, "General purpose bucket naming rules"; Amazon DynamoDB Developer Guide, "Supported data
types and naming rules in Amazon DynamoDB".
"""


@lru_cache(maxsize=1 << 12)
def shaped(text: str) -> Pattern:
    """Return a pattern of ARNs whose wildcards stay within a field of the ARN, except in its last field."""
    return pattern(text, variables=False).within_arn(run_on=False)


def filled(form: str, known: Mapping[str, str], otherwise: str = _ANY) -> Pattern:
    """Return the pattern of a form whose variable parts have the known values, by their names; the others stand for
    `otherwise`."""
    return shaped(_VARIABLE_PART.sub(lambda part: known.get(part[1], otherwise), form))


@lru_cache(maxsize=1 << 13)
def form_pattern(form: str, account_id: str, partition: str) -> Pattern:
    """Return the pattern of a form in a partition, and in an account unless that is empty."""
    known = {"Partition": partition, "Account": account_id or _ANY}
    return _closed_to_slashes(filled(form, known), form)


@lru_cache(maxsize=1 << 12)
def rare_form_pattern(form: str) -> Pattern:
    """Return the pattern of a form of ARNs whose variable parts may be empty, as they are in ARNs that the list does
    not show: documents and parameters that AWS owns have no account, Multi-Region Access Points have no region, and
    the root of an API has no path. A recovery point has whatever ARN its service gives it.

    Sources: Systems Manager User Guide, "Calling AWS public parameters"; Amazon S3 User Guide, "Multi-Region Access
    Point permissions"; API Gateway Developer Guide, "Control access for invoking an API"; AWS Backup Developer Guide,
    "Access control", on the ARNs of recovery points.
    """
    fields = form.split(":", _COLONS)
    if _VARIABLE_PART.fullmatch(fields[_SERVICE]):
        return shaped("arn:*:*:*:*:*")
    return _closed_to_slashes(filled(form, {}, otherwise="*"), form)


def _closed_to_slashes(shape: Pattern, form: str) -> Pattern:
    """Return the pattern of a form, so that a name at its end which never has a slash matches none."""
    name = _WITHOUT_SLASH.get(form.split(":")[_SERVICE])
    if name is None or not form.endswith(name):
        return shape
    name_begins = max(number for number, part in enumerate(shape.parts) if isinstance(part, str)) + 1
    ending = (replace(part, slashes=False) for part in shape.parts[name_begins:] if isinstance(part, Wildcard))
    return Pattern((*shape.parts[:name_begins], *ending))


def in_words(form: str) -> str:
    """Return a form as a message shows it: `arn:PARTITION:s3:::BUCKETNAME`."""
    return _VARIABLE_PART.sub(lambda part: part[1].upper(), form)
