"""Names of roles that CONST.inc states are held against those that iamgen makes."""

from __future__ import annotations

import pytest

from iamgen.declaration.accounts import accounts
from iamgen.declaration.constants_file import parse
from iamgen.declaration.role_names import named_roles, role_name_faults
from iamgen.source_place import exact

CONST = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\n"  # what a case adds starts on line 3
ROLES = ("AdminR", "ReadR", "DataSyncR")


def faults(text: str, stack: str = "infra") -> list[str]:
    constants, misread = parse(f"{CONST}{text}".encode(), "CONST.inc")
    assert misread == ()
    result = role_name_faults(constants, accounts(constants), stack, ROLES)
    return [" | ".join((exact(fault.where), fault.problem, fault.hint)) for fault in result]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DEV_IAM_READ_ROLE=infra-ReadR-222222222222\n", []),
        ("DEV_IAM_READ_ROLE=infra-ReadR-${DEV_AWS_ACCOUNT_ID}\n", []),
        ("DEV_IAM_DATA_SYNC_ROLE=infra-DataSyncR-222222222222\n", []),
        ("DEV_IAM_DATASYNC_ROLE=infra-DataSyncR-222222222222\n", []),
        ("USER_ONLY_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_IAM_READ_ROLE=infra-ReadR-222222222222\n", []),
        (
            "USER_ONLY_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_IAM_READ_ROLE=x\n",
            [
                "CONST.inc:4:25 | USER_ONLY_IAM_READ_ROLE is x, but the role's name will be infra-ReadR-222222222222 "
                "| write USER_ONLY_IAM_READ_ROLE=infra-ReadR-222222222222, or remove the line"
            ],
        ),
        ("NONE_IAM_READ_ROLE=x\n", []),
        (
            "DEV_IAM_DATA_SYNC_ROLE=infra-DataSync-222222222222\n",
            [
                "CONST.inc:3:24 | DEV_IAM_DATA_SYNC_ROLE is infra-DataSync-222222222222, but the role's name will be "
                "infra-DataSyncR-222222222222 | write DEV_IAM_DATA_SYNC_ROLE=infra-DataSyncR-222222222222, or remove the line"
            ],
        ),
        (
            "DEV_IAM_RAED_ROLE=x\nDEV_IAM_XYZ_ROLE=x\n",
            [
                "CONST.inc:3:1 | DEV_IAM_RAED_ROLE: there is no such role | did you mean READ?",
                "CONST.inc:4:1 | DEV_IAM_XYZ_ROLE: there is no such role | roles are AdminR, ReadR, DataSyncR",
            ],
        ),
        (
            "OLD_AWS_ACCOUNT_ID=4-4\nOLD_IAM_READ_ROLE=x\nDEV_IAM_ADMIN_ROLE=x\n",
            [
                "CONST.inc:5:20 | DEV_IAM_ADMIN_ROLE is x, but the role's name will be infra-AdminR-222222222222 "
                "| write DEV_IAM_ADMIN_ROLE=infra-AdminR-222222222222, or remove the line"
            ],
        ),
    ],
)
def test_a_role_is_called_as_it_will_be(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_the_stack_is_a_part_of_the_name() -> None:
    assert faults("DEV_IAM_READ_ROLE=x-ReadR-222222222222\n", stack="x") == []


def test_the_roles_that_are_named_in_accounts() -> None:
    text = f"{CONST}USER_ONLY_AWS_ACCOUNT_ID=222222222222\nDEV_IAM_READ_ROLE=a\nNONE_IAM_READ_ROLE=b\nUSER_ONLY_IAM_X_Y_ROLE=c\nDEV_AWS_PROFILE=d\n"
    constants, _ = parse(text.encode(), "CONST.inc")
    assert [(named.constant.value, named.account.name, named.word) for named in named_roles(constants, accounts(constants))] == [
        ("a", "dev", "READ"), ("b", "none", "READ"), ("c", "dev", "X_Y"),
    ]  # fmt: skip
