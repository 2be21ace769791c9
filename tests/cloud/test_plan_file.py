"""Plans that are kept in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.cloud.plan_file import Kept, read, write
from iamgen.errors import IamgenError

PLAN = Kept("dev", "222222222222", "eu-west-1", "infra", "id", "set", "UPDATE", "moment", "digest")


def test_there_and_back(tmp_path: Path) -> None:
    write(tmp_path / "plan.json", [PLAN, PLAN])
    assert read(tmp_path / "plan.json") == (PLAN, PLAN)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is no plan: "),
        ("[]", "is no plan of this version of iamgen"),
        ('{"version": 1, "plans": []}', "is no plan of this version of iamgen"),
        ('{"version": 2, "plans": [{}]}', "is no plan of this version of iamgen"),
        ('{"version": 1, "plans": [{"account": "dev"}]}', "is no plan of this version of iamgen"),
    ],
)
def test_what_is_no_plan(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(IamgenError) as raised:
        read(tmp_path / "plan.json")
    assert raised.value.faults[0].what.startswith(what)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match="cannot be read: No such file or directory"):
        read(tmp_path / "plan.json")
