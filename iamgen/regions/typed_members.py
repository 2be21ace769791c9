"""Find values that stand for all others in conditions on numbers, dates, addresses or booleans.

Between the edges that conditions name, nothing changes. So it is enough to try each edge, the values next to it, and a
value between each two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import pairwise, product

from iamgen.access.conditions import Condition
from iamgen.access.values import moment, network, number

_EXACT = Context(prec=2_000)
_INSTANT = timedelta(microseconds=1)
_USUAL = {"Numeric": ("0", "1"), "Date": ("2027-01-01T00:00:00Z",), "IpAddress": ("192.0.2.1", "2001:db8::1")}
_TEXT_KINDS = ("String", "Arn")


def kind_of(condition: Condition) -> str:
    """Return how a condition sees the values of its key: `Text`, `Bool`, `IpAddress`, `Numeric`, `Date` or `Null`."""
    test = condition.operator.test
    if test.startswith(_TEXT_KINDS):
        return "Text"
    return next((kind for kind in ("Numeric", "Date") if test.startswith(kind)), test)


def typed_values(kind: str, conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return values that stand for all others, the plainest first, for conditions that see values as `kind`."""
    written = sorted({value for condition in conditions if kind_of(condition) == kind for value in condition.values})
    return tuple(dict.fromkeys((*_USUAL.get(kind, ()), *_VALUES[kind](written))))


def _booleans(_: Iterable[str]) -> Iterator[str]:
    """Yield both values in all spellings, of which a condition on texts may mean one."""
    for word in ("true", "false"):
        for letters in product(*((letter, letter.upper()) for letter in word)):
            yield "".join(letters)


def _numbers(written: Iterable[str]) -> Iterator[str]:
    edges = sorted({number(value) for value in written})
    for edge in edges:
        yield from (_plain(edge), _plain(_EXACT.add(edge, Decimal(1))), _plain(_EXACT.subtract(edge, Decimal(1))))
    for low, high in pairwise(edges):
        yield _plain(_EXACT.divide(_EXACT.add(low, high), Decimal(2)))


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _dates(written: Iterable[str]) -> Iterator[str]:
    edges = sorted({moment(value).astimezone(UTC) for value in written})
    for edge in edges:
        for distance in (timedelta(), timedelta(seconds=1), -timedelta(seconds=1), _INSTANT, -_INSTANT):
            yield from _shifted(edge, distance)


def _shifted(edge: datetime, distance: timedelta) -> Iterator[str]:
    try:
        yield (edge + distance).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return


_Network = IPv4Network | IPv6Network


def _addresses(written: Iterable[str]) -> Iterator[str]:
    for item in (network(value) for value in written):
        address: type[IPv4Address] | type[IPv6Address] = IPv4Address if item.version == 4 else IPv6Address  # noqa: PLR2004
        first, last = int(item.network_address), int(item.broadcast_address)
        for place in (first, last, first - 1, last + 1):
            if 0 <= place < 1 << item.max_prefixlen:
                yield str(address(place))
    yield from ("0.0.0.0", "::")  # noqa: S104  # the lowest addresses, not one to listen on


_VALUES: Mapping[str, Callable[[Iterable[str]], Iterator[str]]] = {
    "Bool": _booleans,
    "Numeric": _numbers,
    "Date": _dates,
    "IpAddress": _addresses,
}
