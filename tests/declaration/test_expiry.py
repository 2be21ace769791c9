from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.expiry import end, iso, spoken, spoken_start


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2027-01-31", "2027-02-01T00:00:00Z"),
        ("2028-02-29", "2028-03-01T00:00:00Z"),
        ("2026-12-31", "2027-01-01T00:00:00Z"),
        ("2027-01-31T18:00", "2027-01-31T18:00:00Z"),
        ("2027-01-31 18:00:30", "2027-01-31T18:00:30Z"),
        ("2027-01-31T18:00Z", "2027-01-31T18:00:00Z"),
        ("2027-01-31T18:00+02:00", "2027-01-31T16:00:00Z"),
        ("2027-01-31T23:30:00-01:00", "2027-02-01T00:30:00Z"),
    ],
)
def test_an_end(until: str, expected: str) -> None:
    assert iso(end(until)) == expected


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("", "is no date"),
        ("soon", "is no date"),
        ("2027-1-31", "is no date"),
        ("20270131", "is no date"),
        ("2027-W05-1", "is no date"),
        ("2027-01-31T18", "is no date"),
        ("2027-01-31T18:00:00.5", "is no date"),
        ("2027-01-31T18:00 CET", "is no date"),
        ("\uff12\uff10\uff12\uff17-01-31", "does not exist"),
        ("2027-02-29", "does not exist"),
        ("2027-01-31T25:00", "does not exist"),
        ("9999-12-31", "is out of range"),
        ("9999-12-31T23:00-05:00", "is out of range"),
    ],
)
def test_no_end(until: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        end(until)


@given(st.dates(max_value=datetime(9999, 12, 30, tzinfo=UTC).date()))
def test_a_day_holds_to_its_last_moment(day: datetime) -> None:
    last = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    assert last < end(day.isoformat()) == last + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2027-01-31", "the end of 2027-01-31 (UTC)"),
        ("2027-02-01T00:00", "the end of 2027-01-31 (UTC)"),
        ("2027-01-31T18:00:00+02:00", "2027-01-31 16:00:00 UTC"),
        ("2027-02-01T00:00:01", "2027-02-01 00:00:01 UTC"),
        ("0001-01-01T00:00", "1-01-01 00:00:00 UTC"),
    ],
)
def test_an_end_in_words(until: str, words: str) -> None:
    assert spoken(end(until)).removeprefix("000") == words


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (datetime(2027, 2, 1, tzinfo=UTC), "2027-02-01 (UTC)"),
        (datetime(2027, 2, 1, 8, 30, tzinfo=UTC), "2027-02-01 08:30:00 UTC"),
        (datetime(2027, 2, 1, tzinfo=timezone(timedelta(hours=2))), "2027-01-31 22:00:00 UTC"),
    ],
)
def test_a_start_in_words(start: datetime, words: str) -> None:
    assert spoken_start(start) == words


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process be in another zone than UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_a_moment_is_told_in_utc_wherever_somebody_is() -> None:
    moment = end("2027-01-31T18:00")
    assert moment == datetime(2027, 1, 31, 18, tzinfo=UTC)
    assert iso(moment) == "2027-01-31T18:00:00Z"
    assert spoken(moment) == spoken_start(moment) == "2027-01-31 18:00:00 UTC"
    assert spoken(end("2027-01-31")) == "the end of 2027-01-31 (UTC)"
