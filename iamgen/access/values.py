"""Read and compare values of conditions that are not plain text: numbers, dates, booleans, addresses.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from iamgen.access.errors import AccessError, undecided

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?", re.ASCII)
_NETWORK = re.compile(r"[0-9A-Fa-f.:]+(/\d{1,3})?", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}", re.ASCII)  # seconds, 1973 to 2286: shorter could be a year, longer milliseconds


def number(text: str) -> Decimal:
    """Return the number. Raises AccessError for anything that is not an integer or a decimal."""
    if not _NUMBER.fullmatch(text):
        raise undecided(text, "is not a number")
    return Decimal(text)


def moment(text: str) -> datetime:
    """Return the point in time of an ISO date (midnight, UTC), a date and time with zone, or epoch seconds.

    Raises AccessError for other forms, and where it is open whether epoch seconds or a year is meant.
    """
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        if _DATE.fullmatch(text):
            read = datetime.fromisoformat(text)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
    except ValueError as error:
        raise _no_date(text) from error
    raise _no_date(text)


def _no_date(text: str) -> AccessError:
    return undecided(text, "is not a date that can be compared", "write it as 2027-01-31T00:00:00Z")


def truth(text: str) -> bool:
    """Return the boolean. Raises AccessError for anything but true and false."""
    if text.lower() not in ("true", "false"):
        raise undecided(text, "is neither true nor false")
    return text.lower() == "true"


def network(text: str) -> IPv4Network | IPv6Network:
    """Return the network; an address alone is a network of one. Raises AccessError for anything else.

    A network is written with the length of its prefix: IAM knows no other form, such as 10.0.0.0/255.0.0.0.
    """
    try:
        return ip_network(text if _NETWORK.fullmatch(text) else "", strict=False)
    except ValueError as error:
        raise undecided(text, "is neither an address nor a network in CIDR form") from error


def address(text: str) -> IPv4Address | IPv6Address:
    """Return the address. Raises AccessError for anything else."""
    try:
        return ip_address(text)
    except ValueError as error:
        raise undecided(text, "is not an IP address") from error
