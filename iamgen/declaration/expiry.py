"""The end of a grant, from what a person writes to a moment in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?")


def end(until: str) -> datetime:
    """Return the first moment (UTC) at which a grant no longer holds.

    A date means its end, so `2027-01-31` gives 2027-02-01T00:00Z. A date and time without a zone is UTC.
    Raises ValueError, with words for a person, when it is neither or there is no such day.
    """
    if not _DATE.fullmatch(until) and not _MOMENT.fullmatch(until):
        raise ValueError("is no date")
    try:
        moment = datetime.fromisoformat(until)
        if _DATE.fullmatch(until):
            moment += timedelta(days=1)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as exc:
        raise ValueError("is out of range") from exc
    except ValueError as exc:
        raise ValueError("does not exist") from exc


def iso(moment: datetime) -> str:
    """Return the moment as IAM's date conditions take it: `2027-02-01T00:00:00Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
