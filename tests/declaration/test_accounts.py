"""CONST.inc's names as accounts: kinds, partitions, who holds the people."""

from __future__ import annotations

import re

import pytest

from iamgen.declaration.accounts import Accounts, accounts, production_unsaid, role_constant
from iamgen.declaration.constants_file import parse
from iamgen.declaration.stack_place import unlisted_region
from iamgen.source_place import exact

REGION = "GLOBAL_AWS_REGION=eu-west-1\n"
DEV = "DEV_AWS_ACCOUNT_ID=222222222222\n"


def read(text: str) -> Accounts:
    constants, faults = parse((REGION + text).encode(), "CONST.inc")
    assert faults == ()
    return accounts(constants)


def test_names_and_kinds() -> None:
    names = ("USER_ONLY", "DEV", "PROD", "ACME_DEV", "ACME_PROD", "DEVELOPMENT", "X_PRODUCTION", "A1", "MY_USER_ONLY")
    parsed = read("".join(f"{name}_AWS_ACCOUNT_ID={number:012}\n" for number, name in enumerate(names)))
    assert parsed.faults == ()
    assert {account.name: account.kind for account in parsed.by_name.values()} == {
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
    parsed = read("DEV_AWS_ACCOUNT_ID=000000000012\nDEV_AWS_ACCOUNT_NAME='My dev'\n")
    assert (parsed.by_name["dev"].id, parsed.by_name["dev"].display) == ("000000000012", "My dev")


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
    parsed = read(text)
    assert parsed.faults == ()
    assert [name for name, account in parsed.by_name.items() if account.holds_people] == [holder]
    assert parsed.aliases == aliases
    assert "user-only" not in parsed.by_name or holder == "user-only"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            REGION + "PROD_AWS_ACCOUNT_ID=333333333333\n",
            ["CONST.inc | there is no account for people | declare USER_ONLY_AWS_ACCOUNT_ID=…"],
        ),
        (REGION, ["CONST.inc | it declares no account | write DEV_AWS_ACCOUNT_ID=… and the others"]),
        (
            REGION + "PROD_AWS_ACCOUNT_ID=333333333333\nUSER_ONLY_AWS_ACCOUNT_ID=333333333333\n",
            [
                "CONST.inc:3:26 | user-only has the id of prod (CONST.inc:2) | give each its own; only an account that is not for production may share user-only's, to stand in"
            ],
        ),
        (
            REGION
            + "A_DEV_AWS_ACCOUNT_ID=222222222222\nB_DEV_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_AWS_ACCOUNT_ID=222222222222\n",
            [
                "CONST.inc:3:22 | b-dev has the id of a-dev (CONST.inc:2) | give each its own; only an account that is not for production may share user-only's, to stand in"
            ],
        ),
        (
            REGION + "A_AWS_ACCOUNT_ID='222222222222'\nB_AWS_ACCOUNT_ID=444444444444\n",
            [
                "CONST.inc | there is no account for people, and a, b could each stand in | declare USER_ONLY_AWS_ACCOUNT_ID=…; to let one of these stand in, give it the same id: USER_ONLY_AWS_ACCOUNT_ID=222222222222"
            ],
        ),
        (
            REGION + DEV + "USERONLY_AWS_ACCOUNT_ID=111111111111\n",
            [
                "CONST.inc:3:25 | there is no user-only account, but one called useronly | write USERONLY_AWS_ACCOUNT_KIND=user-only; or say who else holds the people: USER_ONLY_AWS_ACCOUNT_ID=${DEV_AWS_ACCOUNT_ID} below it"
            ],
        ),
        (
            REGION + DEV + "X_AWS_ACCOUNT_ID=4444-4444-4444\n",
            ["CONST.inc:3:18 | X_AWS_ACCOUNT_ID has '4444-4444-4444' | write 444444444444, without hyphens"],
        ),
        (
            REGION + DEV + "X_AWS_ACCOUNT_ID=4444-4444\n",
            ["CONST.inc:3:18 | X_AWS_ACCOUNT_ID has '4444-4444' | an account id has 12 digits, leading zeros included"],
        ),
        (
            REGION + DEV + "x__y_AWS_ACCOUNT_ID=444444444444\n",
            [
                "CONST.inc:3:1 | x__y_AWS_ACCOUNT_ID is no account's name | write it in upper case, words joined by one _ each, such as ACME_DEV_AWS_ACCOUNT_ID"
            ],
        ),
        (
            REGION + DEV + f"{'X' * 65}_AWS_ACCOUNT_ID=444444444444\n",
            [
                "CONST.inc:3:1 | the account's name has 65 characters | an account's name has 64 at most, as folders and jobs of CI are called after it"
            ],
        ),
        (
            REGION + DEV + "new_aws_account_id=444444444444\n",
            [
                "CONST.inc:3:1 | new_aws_account_id is no account's name | write it in upper case, words joined by one _ each, such as NEW_AWS_ACCOUNT_ID"
            ],
        ),
        (
            REGION + DEV + "SHOP_PROD_AWS_ACOUNT_ID=444444444444\nSHOP_PROD_AWS_ACCOUNT_NAME=shop\n",
            [
                "CONST.inc:3:1 | SHOP_PROD_AWS_ACOUNT_ID has an account's id, but declares no account | did you mean SHOP_PROD_AWS_ACCOUNT_ID? Other lines speak of that"
            ],
        ),
        (
            REGION + DEV + "DVE_AWS_ACCOUNT_KIND=dev\nZZZ_AWS_PROFILE=x\nQQQ_IAM_READ_ROLE=x\n",
            [
                "CONST.inc:3:1 | DVE_AWS_ACCOUNT_KIND: there is no DVE_AWS_ACCOUNT_ID | did you mean DEV_AWS_ACCOUNT_ID?",
                "CONST.inc:4:1 | ZZZ_AWS_PROFILE: there is no ZZZ_AWS_ACCOUNT_ID | declare the account: ZZZ_AWS_ACCOUNT_ID=…",
                "CONST.inc:5:1 | QQQ_IAM_READ_ROLE: there is no QQQ_AWS_ACCOUNT_ID | declare the account: QQQ_AWS_ACCOUNT_ID=…",
            ],
        ),
        (
            "GLOBAL_AWS_REGION=us-isob-east-1\n" + DEV,
            [
                "CONST.inc:1:19 | region us-isob-east-1 is in the partition aws-iso-b, which is not supported | iamgen supports aws, aws-us-gov and aws-cn"
            ],
        ),
        (
            "GLOBAL_AWS_REGION=xx-north-1\n" + DEV,
            [
                "CONST.inc:1:19 | no partition is known to have the region xx-north-1 | write one such as eu-west-1; if AWS has it since, state its partition: GLOBAL_AWS_PARTITION=aws"
            ],
        ),
        ("GLOBAL_AWS_REGION=xx-north-1\nGLOBAL_AWS_PARTITION=aws\n" + DEV, []),
        (
            "GLOBAL_AWS_REGION=eu-wset-1\n" + DEV,
            ["CONST.inc:1:19 | there is no region eu-wset-1 | did you mean eu-west-1?"],
        ),
        (
            "GLOBAL_AWS_REGION=eu-wset-1\nGLOBAL_AWS_PARTITION=aws\n" + DEV,
            ["CONST.inc:1:19 | there is no region eu-wset-1 | did you mean eu-west-1?"],
        ),
        (
            "GLOBAL_AWS_REGION=eusc-de-east-1\nGLOBAL_AWS_PARTITION=aws-eusc\n" + DEV,
            [
                "CONST.inc:2:22 | the partition aws-eusc is not supported | iamgen supports aws, aws-us-gov and aws-cn",
                "CONST.inc:1:19 | region eusc-de-east-1 is in the partition aws-eusc, which is not supported | iamgen supports aws, aws-us-gov and aws-cn",
            ],
        ),
        (
            "GLOBAL_AWS_REGION=us-gov-west-1\nGLOBAL_AWS_PARTITION=aws-gov\n" + DEV,
            ["CONST.inc:2:22 | no partition is 'aws-gov' | did you mean aws-us-gov?"],
        ),
        (
            "GLOBAL_AWS_PARTITION=x\n" + DEV,
            [
                "CONST.inc:1:22 | no partition is 'x' | write one of aws, aws-us-gov, aws-cn",
                "CONST.inc | GLOBAL_AWS_REGION is missing | write the stacks' region: GLOBAL_AWS_REGION=eu-west-1",
            ],
        ),
        (
            REGION + "GLOBAL_AWS_PARTITION=aws-cn\nDEV_AWS_ACCOUNT_ID=222222222222\n",
            [
                "CONST.inc:1:19 | region eu-west-1 is in the partition aws, not aws-cn | set GLOBAL_AWS_PARTITION=aws, or another region"
            ],
        ),
        (DEV, ["CONST.inc | GLOBAL_AWS_REGION is missing | write the stacks' region: GLOBAL_AWS_REGION=eu-west-1"]),
        (
            "GLOBAL_AWS_REGION=\n" + DEV,
            ["CONST.inc:1:1 | GLOBAL_AWS_REGION is missing | write the stacks' region: GLOBAL_AWS_REGION=eu-west-1"],
        ),
        (
            "GLOBAL_AWS_REGION=Ireland\n" + DEV,
            ["CONST.inc:1:19 | 'Ireland' is no region | write one such as eu-west-1"],
        ),
        (
            "GLOBAL_AWS_REGION=eu-west\n" + DEV,
            ["CONST.inc:1:19 | 'eu-west' is no region | did you mean eu-west-3 or eu-west-2 or eu-west-1?"],
        ),
        (
            "GLOBAL_REGION=eu-west-1\n" + DEV,
            ["CONST.inc:1:1 | GLOBAL_AWS_REGION is missing | did you mean GLOBAL_AWS_REGION by GLOBAL_REGION?"],
        ),
        (
            "MY_AWS_REGION=eu-west-1\n" + DEV,
            ["CONST.inc | GLOBAL_AWS_REGION is missing | write the stacks' region: GLOBAL_AWS_REGION=eu-west-1"],
        ),
    ],
)
def test_what_is_refused(text: str, faults: list[str]) -> None:
    constants, misread = parse(text.encode(), "CONST.inc")
    assert misread == ()
    parsed = accounts(constants)
    assert [" | ".join((exact(fault.where), fault.problem, fault.hint)) for fault in parsed.faults] == faults


def test_an_id_of_other_than_twelve_digits_is_told() -> None:
    parsed = read("DEV_AWS_ACCOUNT_ID=222222222222\nX_AWS_ACCOUNT_ID=4444\nX_PARTNER=4444\n")
    assert parsed.faults == ()
    assert [" | ".join((exact(fault.where), fault.problem, fault.hint)) for fault in parsed.odd_ids] == [
        "CONST.inc:3:18 | X_AWS_ACCOUNT_ID has 4 digits | an account id has 12 digits, leading zeros included"
    ]


def test_an_account_that_looks_like_production_is_told_at_its_name() -> None:
    constants, _ = parse(f"{REGION}{DEV}SHOP_LIVE_AWS_ACCOUNT_ID=333333333333\n".encode(), "CONST.inc")
    (fault,) = production_unsaid(constants, accounts(constants))
    assert " | ".join((exact(fault.where), fault.problem, fault.hint)) == (
        "CONST.inc:3:1 | shop-live looks like production by its name, but is treated as a dev account is "
        "| write SHOP_LIVE_AWS_ACCOUNT_KIND=prod, or =workload if it is not"
    )


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("eu-west-1", None),
        ("eu-west-9", "did you mean eu-west-3 or eu-west-2 or eu-west-1?"),
        ("xx-qqqqqqqqqq-1", "if AWS has it since, all is well"),
        ("", None),
    ],
)
def test_a_region_that_is_not_in_the_list_is_told(region: str, hint: str | None) -> None:
    constants, _ = parse(f"GLOBAL_AWS_REGION={region}\n{DEV}".encode(), "CONST.inc")
    problem = f"region {region} is not in the list of AWS's regions"
    problems = [(exact(fault.where), *fault[1:]) for fault in unlisted_region(constants, accounts(constants).region)]
    assert problems == ([("CONST.inc:1:19", problem, hint)] if hint else [])


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-gov-east-1", "aws-us-gov"), ("cn-northwest-1", "aws-cn"), ("ap-southeast-4", "aws")],
)
def test_partitions(region: str, partition: str) -> None:
    text = f"GLOBAL_AWS_REGION={region}\nGLOBAL_AWS_PARTITION={partition}\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    parsed = accounts(parse(text.encode(), "CONST.inc")[0])
    assert (parsed.faults, parsed.partition, parsed.region) == ((), partition, region)


def test_an_account_whose_line_is_faulty_still_exists() -> None:
    constants, faults = parse(b"GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=$(id)\n", "CONST.inc")
    assert len(faults) == 1
    parsed = accounts(constants)
    assert list(parsed.by_name) == ["dev"]
    assert parsed.faults == ()


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
