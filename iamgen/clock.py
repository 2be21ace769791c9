"""The time that decides which grants have ended: now, or SOURCE_DATE_EPOCH."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from iamgen.errors import refuse


def now() -> datetime:
    """Return the moment (UTC) that decides which grants have ended.

    SOURCE_DATE_EPOCH (reproducible-builds.org), seconds since 1970, stands in for the clock, so that a
    template can be made again as it was. Raises IamgenError when it is no such number.
    """
    value = os.environ.get("SOURCE_DATE_EPOCH")
    if value is None:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise refuse("SOURCE_DATE_EPOCH", f"{value!r} is no time", "seconds since 1970, or unset it") from exc
