"""CONST.inc's names as accounts: kinds, partitions, who holds the people."""

from __future__ import annotations

import re

import pytest

from iamgen.declaration.accounts import Accounts, accounts, role_constant
from iamgen.declaration.constants import parse

REGION = "GLOBAL_AWS_REGION=eu-west-1\n"


def read(text: str) -> Accounts:
    constants, faults = parse((REGION + text).encode(), "CONST.inc")
    assert faults == ()
    return accounts(constants)


def test_names_and_kinds() -> None:
    names = ("USER_ONLY", "DEV", "PROD", "ACME_DEV", "ACME_PROD", "DEVELOPMENT", "X_PRODUCTION", "A1", "MY_USER_ONLY")
    found = read("".join(f"{name}_AWS_ACCOUNT_ID={number:012}\n" for number, name in enumerate(names)))
    assert found.faults == ()
    assert {account.name: account.kind for account in found.by_name.values()} == {
        "user-only": "user-only",
        "dev": "dev",
        "prod": "prod",
        "acme-dev": "dev",
        "acme-prod": "prod",
        "development": "workload",
        "x-production": "workload",
        "a1": "workload",
        "my-user-only": "workload",
    }


def test_a_display_name_and_leading_zeros() -> None:
    found = read("DEV_AWS_ACCOUNT_ID=000000000012\nDEV_AWS_ACCOUNT_NAME='My dev'\n")
    assert (found.by_name["dev"].id, found.by_name["dev"].display) == ("000000000012", "My dev")


@pytest.mark.parametrize(
    ("text", "holder", "aliases"),
    [
        ("USER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n", "user-only", {}),
        ("DEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n", "dev", {"user-only": "dev"}),
        (
            "DEV_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_AWS_ACCOUNT_ID=222222222222\n",
            "dev",
            {"user-only": "dev"},
        ),
        (
            "A_DEV_AWS_ACCOUNT_ID=222222222222\nB_DEV_AWS_ACCOUNT_ID=333333333333\n"
            "USER_ONLY_AWS_ACCOUNT_ID=${B_DEV_AWS_ACCOUNT_ID}\n",
            "b-dev",
            {"user-only": "b-dev"},
        ),
        (
            "SANDBOX_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n",
            "sandbox",
            {"user-only": "sandbox"},
        ),
        ("DEV_AWS_ACCOUNT_ID=222222222222\nTOOLS_AWS_ACCOUNT_ID=333333333333\n", "dev", {"user-only": "dev"}),
    ],
)
def test_who_holds_the_people(text: str, holder: str, aliases: dict[str, str]) -> None:
    found = read(text)
    assert found.faults == ()
    assert [name for name, account in found.by_name.items() if account.holds_people] == [holder]
    assert found.aliases == aliases
    assert "user-only" not in found.by_name or holder == "user-only"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("PROD_AWS_ACCOUNT_ID=333333333333\n", "there is no account for people"),
        (
            "PROD_AWS_ACCOUNT_ID=333333333333\nUSER_ONLY_AWS_ACCOUNT_ID=333333333333\n",
            "user-only has the id of prod (CONST.inc:2)",
        ),
        (
            "A_DEV_AWS_ACCOUNT_ID=222222222222\nB_DEV_AWS_ACCOUNT_ID=222222222222\n"
            "USER_ONLY_AWS_ACCOUNT_ID=222222222222\n",
            "b-dev has the id of a-dev (CONST.inc:2)",
        ),
    ],
)
def test_what_is_refused(text: str, what: str) -> None:
    assert what in [fault.problem for fault in read(text).faults]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-east-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn"), ("ap-southeast-4", "aws")],
)
def test_partitions(region: str, partition: str) -> None:
    text = f"GLOBAL_AWS_REGION={region}\nGLOBAL_AWS_PARTITION={partition}\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    found = accounts(parse(text.encode(), "CONST.inc")[0])
    assert (found.faults, found.partition, found.region) == ((), partition, region)


@pytest.mark.parametrize(
    ("text", "whats"),
    [
        (
            "GLOBAL_AWS_REGION=eusc-de-east-1\n",
            ["region eusc-de-east-1 is in the partition aws-eusc, which is not supported"],
        ),
        (
            "GLOBAL_AWS_REGION=us-isob-east-1\n",
            ["region us-isob-east-1 is in the partition aws-iso-b, which is not supported"],
        ),
        ("GLOBAL_AWS_REGION=xx-north-1\n", ["no partition is known to have the region xx-north-1"]),
        ("GLOBAL_AWS_REGION=xx-north-1\nGLOBAL_AWS_PARTITION=aws\n", []),
        (
            "GLOBAL_AWS_REGION=eusc-de-east-1\nGLOBAL_AWS_PARTITION=aws-eusc\n",
            [
                "the partition aws-eusc is not supported",
                "region eusc-de-east-1 is in the partition aws-eusc, which is not supported",
            ],
        ),
        ("GLOBAL_AWS_REGION=us-gov-west-1\nGLOBAL_AWS_PARTITION=aws-gov\n", ["no partition is 'aws-gov'"]),
        ("GLOBAL_AWS_PARTITION=aws-gov\n", ["no partition is 'aws-gov'", "GLOBAL_AWS_REGION is missing"]),
    ],
)
def test_places_where_iamgen_does_not_work(text: str, whats: list[str]) -> None:
    found = accounts(parse(f"{text}DEV_AWS_ACCOUNT_ID=222222222222\n".encode(), "CONST.inc")[0])
    assert [fault.problem for fault in found.faults] == whats
    if whats and whats[0].startswith("no partition is known"):
        state = "if AWS has it since, state its partition: GLOBAL_AWS_PARTITION=aws"
        assert found.faults[0].hint == f"write one such as eu-west-1; {state}"


@pytest.mark.parametrize(
    "text", ["", "GLOBAL_AWS_REGION=\n", "GLOBAL_AWS_REGION=Ireland\n", "GLOBAL_AWS_REGION=eu-west\n"]
)
def test_a_region_is_needed(text: str) -> None:
    found = accounts(parse(f"{text}DEV_AWS_ACCOUNT_ID=222222222222\n".encode(), "CONST.inc")[0])
    assert len(found.faults) == 1


def test_an_account_whose_line_is_faulty_still_exists() -> None:
    constants, faults = parse(b"GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=$(id)\n", "CONST.inc")
    assert len(faults) == 1
    found = accounts(constants)
    assert list(found.by_name) == ["dev"]
    assert found.faults == ()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("DEV_IAM_READ_ROLE", ("DEV", "READ")),
        ("A_IAM_B_IAM_C_ROLE", ("A", "B_IAM_C")),
        ("_IAM__IAM_C_ROLE", ("_IAM_", "C")),
        ("A_IAM_ROLE", None),
        ("A_IAM__ROLE", None),
        ("_IAM_A_ROLE", None),
        ("A_IAM_B_ROLES", None),
        ("A_ROLE", None),
        ("_IAM_A" * 100_000, None),
    ],
)
def test_names_of_roles_are_taken_apart(name: str, parts: tuple[str, str] | None) -> None:
    assert role_constant(name) == parts
    if len(name) < 100:
        match = re.fullmatch(r"(.+?)_IAM_(.+)_ROLE", name)
        assert parts == (match.groups() if match else None)
