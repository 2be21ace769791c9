"""AssumeRoleP: every generated role once, in as few policies as fit, and no pattern before it must be."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from awacs import awsencode

from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.errors import IamgenError
from iamgen.synth.people import assume_role_documents, widened
from iamgen.synth.statements import size


def declared(root: Path, accounts: int, users: str = "") -> Declaration:
    root.mkdir(exist_ok=True)
    ids = "".join(f"P{n:04}_DEV_AWS_ACCOUNT_ID={n:012}\n" for n in range(1, accounts + 1))
    (root / "CONST.inc").write_text(f"GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=999999999999\n{ids}")
    (root / "users.py").write_text(f'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ({users})\n')
    return load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration


def resources(declaration: Declaration) -> list[list[str]]:
    documents = [
        json.loads(json.dumps(assume_role_document, cls=awsencode))
        for assume_role_document in assume_role_documents(declaration)
    ]
    for document in documents:
        (statement,) = document["Statement"]
        assert statement["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    return [document["Statement"][0]["Resource"] for document in documents]


@pytest.mark.parametrize(("accounts", "policies"), [(1, 1), (34, 1), (35, 2), (300, 9), (340, 10)])
def test_roles_are_named_one_by_one_in_as_few_policies_as_fit(tmp_path: Path, accounts: int, policies: int) -> None:
    declaration = declared(tmp_path, accounts)
    parcels = resources(declaration)
    expected = [
        f"arn:aws:iam::{n:012}:role/infra-{role}-{n:012}"
        for n in range(1, accounts + 1)
        for role in ("AdminR", "OpsR", "ReadR")
    ]
    assert [arn for parcel in parcels for arn in parcel] == expected
    assert len(parcels) == policies
    assert all(size(assume_role_document) <= 6144 for assume_role_document in assume_role_documents(declaration))
    assert widened(declaration) == ()


def test_a_policy_is_full_before_the_next_is_begun(tmp_path: Path) -> None:
    declaration = declared(tmp_path, 200)
    for document in assume_role_documents(declaration)[:-1]:
        assert 6144 - size(document) < 60


def test_patterns_stay_within_their_account_and_come_with_a_warning(tmp_path: Path) -> None:
    declaration = declared(tmp_path, 1000)
    parcels = resources(declaration)
    assert len(parcels) <= 10
    assert [arn for parcel in parcels for arn in parcel] == [
        f"arn:aws:iam::{n:012}:role/infra-*R-{n:012}" for n in range(1, 1001)
    ]
    assert [warning.where for warning in widened(declaration)] == ["AssumeRoleP"]


def test_more_than_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match="1,502 accounts need 14 policies, and a group has 10"):
        assume_role_documents(declared(tmp_path, 1501))


def test_no_role_at_all_is_denied(tmp_path: Path) -> None:
    (document,) = assume_role_documents(declared(tmp_path, 0))
    (statement,) = json.loads(json.dumps(document, cls=awsencode))["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", ["sts:AssumeRole"], ["*"])


def test_user_only_has_the_roles_that_are_granted_there_by_name(tmp_path: Path) -> None:
    declaration: Any = declared(tmp_path, 1, 'User("a", {"*": "ReadR", "user-only": "OpsR"}),')
    assert resources(declaration)[0][-1] == "arn:aws:iam::999999999999:role/infra-OpsR-999999999999"
    assert len(resources(declaration)[0]) == 4
