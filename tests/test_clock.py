"""SOURCE_DATE_EPOCH stands in for the clock, and what is no time is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iamgen.clock import now
from iamgen.errors import Fault, IamgenError


def test_the_variable_stands_in_for_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert now() == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", "", "1e3", "9" * 30])
def test_what_is_no_time(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    with pytest.raises(IamgenError) as raised:
        now()
    assert raised.value.faults == (
        Fault("SOURCE_DATE_EPOCH", f"{value!r} is no time", "seconds since 1970, or unset it"),
    )
