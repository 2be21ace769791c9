"""The types of users.py as a person meets them: in `help`, in an editor, and with the values that they write."""

from __future__ import annotations

import dataclasses
import inspect
import pydoc
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import iamgen
from iamgen import Emergency, Grant
from iamgen.declaration.load import load
from iamgen.errors import IamgenError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TYPES: list[Any] = [getattr(iamgen, name) for name in iamgen.__all__]
SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize("declared_type", TYPES)
def test_help_explains_every_field(declared_type: Any) -> None:
    fields = [field.name for field in dataclasses.fields(declared_type)]
    section = inspect.cleandoc(declared_type.__doc__).partition("Fields:\n")[2]
    assert re.findall(r"^ {4}(\w+): \S", section, re.MULTILINE) == fields
    shown = pydoc.plain(pydoc.render_doc(declared_type))
    assert all(re.search(rf"^ \|\s+{name}: \S", shown, re.MULTILINE) for name in fields)


@pytest.mark.parametrize("declared_type", TYPES)
def test_the_signature_names_the_fields(declared_type: Any) -> None:
    fields = [field.name for field in dataclasses.fields(declared_type)]
    assert list(inspect.signature(declared_type).parameters) == fields


def test_each_name_of_the_package_is_a_type_of_its_own_module() -> None:
    assert sorted(iamgen.__all__) == dir(iamgen)
    assert len({declared_type.__module__ for declared_type in TYPES}) == len(TYPES)


@pytest.mark.parametrize(
    ("until", "text"),
    [
        (date(2027, 1, 31), "2027-01-31"),
        (datetime(2027, 1, 31, 18), "2027-01-31T18:00:00"),  # as TOML has a local time
        (datetime(2027, 1, 31, 18, 0, 5, 999999, UTC), "2027-01-31T18:00:05+00:00"),
        (datetime(2027, 7, 31, 18, tzinfo=SUMMER), "2027-07-31T18:00:00+02:00"),
    ],
)
def test_an_end_may_be_a_date(until: date, text: str) -> None:
    assert Grant("OpsR", until=until) == Grant("OpsR", until=text)
    assert Emergency("x", until, "x.json.j2") == Emergency("x", text, "x.json.j2")


def test_a_date_of_a_toml_file_ends_a_grant(make_repo: Callable[..., Path]) -> None:
    users = """\
import tomllib
from iamgen import Emergency, Grant, Role, User
until = tomllib.loads("day = 2027-01-31\\nmoment = 2027-01-31T18:00:00+02:00")
OPS_SERVICES = ("s3",)
USERS = (User("a", {"dev": (Grant("OpsR", until=until["day"]), Grant("ReadR", until=until["moment"]))}),)
ROLES = (Role("WorkR", emergency=Emergency("x", until["day"], "x.json.j2")),)
"""
    declaration = load(make_repo(users), NOW).declaration
    ends = {granted.role: granted.until for granted in declaration.granted}
    assert ends == {"OpsR": datetime(2027, 2, 1, tzinfo=UTC), "ReadR": datetime(2027, 1, 31, 16, tzinfo=UTC)}
    emergency = declaration.roles[0].emergency
    assert emergency
    assert emergency.until == datetime(2027, 2, 1, tzinfo=UTC)


def test_what_is_no_date_is_no_end() -> None:
    with pytest.raises(IamgenError, match="until is 20270131"):
        Grant("OpsR", until=20270131)  # type: ignore[arg-type]
