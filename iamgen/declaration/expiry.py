"""Read when a grant or an emergency ends: a date or time that a person writes becomes a moment in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_DATE = r"\d{4}-\d{2}-\d{2}"
_MOMENT = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?"


def text_of(until: str | date) -> str:
    """Return an end as a person would write it in users.py; a fraction of a second is left out."""
    if isinstance(until, datetime):
        return until.isoformat(timespec="seconds")
    return until.isoformat() if isinstance(until, date) else until


def end(until: str | date) -> datetime:
    """Return the first moment (UTC) at which a grant no longer holds.

    A date means its end, so `2027-01-31` gives 2027-02-01T00:00Z. A date and time without a zone is UTC.
    Raises ValueError, with words for a person, when it is neither or there is no such day.
    """
    text = text_of(until)
    if not re.fullmatch(_DATE, text) and not re.fullmatch(_MOMENT, text):
        raise ValueError("is no date")
    try:
        moment = datetime.fromisoformat(text)
        if re.fullmatch(_DATE, text):
            moment += timedelta(days=1)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as exc:
        raise ValueError("is out of range") from exc
    except ValueError as exc:
        raise ValueError("does not exist") from exc


def iso(moment: datetime) -> str:
    """Return the moment as IAM's date conditions take it: `2027-02-01T00:00:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def spoken(moment: datetime) -> str:
    """Return an end (exclusive) for a person, who wrote it as a day: `the end of 2027-01-31 (UTC)`."""
    moment = moment.astimezone(UTC)
    if _is_midnight(moment) and moment.date() > date.min:  # no day comes before the first
        return f"the end of {moment - timedelta(days=1):%Y-%m-%d} (UTC)"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def spoken_start(moment: datetime) -> str:
    """Return a start for a person: `2027-02-01 (UTC)` where it is that of a day, else with its time."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d} (UTC)" if _is_midnight(moment) else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)
