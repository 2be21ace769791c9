from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.errors import AccessError
from iamgen.access.values import address, moment, network, number, truth

NO_DATES = (
    "",
    "2027",
    "20270131",
    "2027-1-31",
    "2027-13-01",
    "2027-01-31T00:00:00",
    "2027-01-31 00:00:00Z",
    "31.1.2027",
    "tomorrow",
    "1801353600000",
    "-5",
    "${aws:CurrentTime}",
)
MIDNIGHT = datetime(2027, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-31",
        "2027-01-31T00:00Z",
        "2027-01-31T00:00:00Z",
        "2027-01-31T00:00:00.000Z",
        "2027-01-31T01:00:00+01:00",
        "1801353600",
    ],
)
def test_the_forms_of_a_date(text: str) -> None:
    assert moment(text) == MIDNIGHT


@given(st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1)))
def test_a_date_and_its_epoch_seconds_are_the_same(when: datetime) -> None:
    aware = when.replace(microsecond=0, tzinfo=UTC)
    assert moment(aware.strftime("%Y-%m-%dT%H:%M:%SZ")) == moment(str(int(aware.timestamp()))) == aware


WHY: dict[object, str] = {
    moment: "is not a date that can be compared | write it as 2027-01-31T00:00:00Z",
    number: "is not a number | ",
    truth: "is neither true nor false | ",
    network: "is neither an address nor a network in CIDR form | ",
    address: "is not an IP address | ",
}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *[(moment, text) for text in NO_DATES],
        *[(number, text) for text in ("", "x", "1e5", "NaN", "Infinity", "1_000", "٣", "0x10", " 1")],
        *[(truth, text) for text in ("", "yes", "1", "tru", "${aws:x}")],
        *[(network, text) for text in ("", "10.0.0.0/33", "10.0.0", "*", "10.*", "10.0.0.0/255.0.0.0", "10.0.0.0/0.255.255.255")],
        *[(address, text) for text in ("", "10.0.0.0/8", "localhost")],
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(AccessError) as raised:
        read(text)
    assert [" | ".join(fault) for fault in raised.value.faults] == [f"{text} | {WHY[read]}"]


def test_an_address_alone_is_a_network_of_one() -> None:
    assert str(network("192.0.2.1")) == "192.0.2.1/32"
    assert str(network("192.0.2.1/24")) == "192.0.2.0/24"


def test_booleans_have_no_case() -> None:
    assert truth("True") is truth("true") is True
    assert truth("FALSE") is False


@given(st.integers(), st.integers())
def test_numbers_compare_as_numbers(first: int, other: int) -> None:
    assert (number(str(first)) < number(str(other))) is (first < other)
