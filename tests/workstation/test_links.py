"""Links into the console, as pages and for the browser's extension."""

from __future__ import annotations

import configparser
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from iamgen.aws.partitions import PartitionName
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Account
from iamgen.workstation.colleague import Called, Colleague, declared
from iamgen.workstation.links import by_project, links, security_credentials, unlinked
from iamgen.workstation.page import page
from iamgen.workstation.roles import Assumable

MakeRepo = Callable[..., Path]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
USER_ONLY_AWS_ACCOUNT_NAME=acme-users
DEV_AWS_ACCOUNT_ID=222222222222
DEV_AWS_ACCOUNT_NAME='R&D [dev] "x" <b>'
ACME_PROD_AWS_ACCOUNT_ID=333333333333
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (User("bob", {"dev": ("OpsR", Grant("DataR", until="2027-01-31")), "acme-prod": "ReadR"}),)
ROLES = (Role("DataR", accounts="dev", session_hours=2),)
"""


def assumable(name: str = "infra-ReadR-1", place: str = "dev", kind: str = "dev", role: str = "ReadR") -> Assumable:
    account = Account("dev", "222222222222", kind, place)  # type: ignore[arg-type]
    return Assumable(account, place, role, name, f"arn:aws:iam::222222222222:role/{name}")


@pytest.fixture
def bob(make_repo: MakeRepo) -> tuple[Path, Colleague]:
    root = make_repo(USERS, CONST)
    return root, declared(load(root, NOW).declaration, Called("bob"))


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "signin.aws.amazon.com"),
        ("aws-us-gov", "signin.amazonaws-us-gov.com"),
        ("aws-cn", "signin.amazonaws.cn"),
    ],
)
def test_a_link(partition: PartitionName, host: str) -> None:
    (link,) = links([assumable()], partition)
    assert link.url == (
        f"https://{host}/switchrole?account=222222222222&roleName=infra-ReadR-1&displayName=dev%20ReadR&color=b7ca9d"
    )


def test_production_and_power_over_people_are_red_and_said_in_words() -> None:
    kinds = ("dev", "prod", "workload", "user-only")
    assert [(link.colour, link.caution) for link in links([assumable(kind=kind) for kind in kinds], "aws")] == [
        ("b7ca9d", ""), ("f2b0a9", "production"), ("b7ca9d", ""), ("f2b0a9", "holds the people"),
    ]  # fmt: skip
    stand_in = Account("dev", "222222222222", "dev", "dev", holds_people=True)
    (link,) = links([assumable()._replace(account=stand_in)], "aws")
    assert (link.colour, link.caution) == ("f2b0a9", "holds the people")


def of_account(name: str, kind: str = "workload") -> Assumable:
    return assumable(place=f"{name}!")._replace(account=Account(name, "222222222222", kind, name))  # type: ignore[arg-type]


def test_accounts_of_a_project_stand_together() -> None:
    names = ("user-only", "acme-dev", "dev", "shared-services", "acme-prod", "shop-eu-dev", "shop-eu-prod", "acme-dev")
    roles = [of_account(name, "user-only" if name == "user-only" else "workload") for name in names]
    assert [
        (project.name, [(account.account.name, account.place, len(account.links)) for account in project.accounts])
        for project in by_project(links(roles, "aws"))
    ] == [
        ("", [("user-only", "user-only!", 1), ("dev", "dev!", 1), ("shared-services", "shared-services!", 1)]),
        ("acme", [("acme-dev", "acme-dev!", 2), ("acme-prod", "acme-prod!", 1)]),
        ("shop-eu", [("shop-eu-dev", "shop-eu-dev!", 1), ("shop-eu-prod", "shop-eu-prod!", 1)]),
    ]


def test_the_account_of_the_people_stands_by_itself() -> None:
    people = Account("acme-users", "111111111111", "user-only", "acme-users", holds_people=True)
    roles = [of_account("acme-dev"), assumable()._replace(account=people), of_account("other")]
    assert [
        (project.name, [account.account.name for account in project.accounts])
        for project in by_project(links(roles, "aws"))
    ] == [("", ["acme-dev", "acme-users", "other"])]


def test_an_account_that_stands_in_for_that_of_the_people_stays_in_its_project() -> None:
    stand_in = Account("acme-dev", "222222222222", "dev", "acme-dev", holds_people=True)
    roles = [assumable()._replace(account=stand_in), of_account("acme-prod"), of_account("other")]
    assert [
        (project.name, [account.account.name for account in project.accounts])
        for project in by_project(links(roles, "aws"))
    ] == [("", ["other"]), ("acme", ["acme-dev", "acme-prod"])]


@pytest.mark.parametrize(
    ("partition", "url"),
    [
        ("aws", "https://console.aws.amazon.com/iam/home#/security_credentials"),
        ("aws-us-gov", "https://console.amazonaws-us-gov.com/iam/home#/security_credentials"),
        ("aws-cn", "https://console.amazonaws.cn/iam/home#/security_credentials"),
    ],
)
def test_the_page_on_which_people_look_after_themselves(partition: PartitionName, url: str) -> None:
    assert security_credentials(partition) == url


@pytest.mark.parametrize("place", ["a" * 57, "a" * 58, "a" * 59, "ä" * 200, "a&b=c#d?e/f+g%h i", '"<b>'])
def test_what_is_shown_fits_and_comes_back_whole(place: str) -> None:
    (link,) = links([assumable(place=place)], "aws")
    query = parse_qs(urlsplit(link.url).query, strict_parsing=True)
    assert query["displayName"] == [link.text]
    assert len(link.text) <= 64
    assert link.text.endswith(" ReadR")
    shown = link.text.removesuffix(" ReadR")
    assert shown == place if len(place) <= 58 else shown == f"{place[:27]}...{place[-27:]}"


def test_names_that_the_console_does_not_take() -> None:
    roles = [assumable("x" * 64), assumable("x" * 65)]
    assert [len(link.role.name) for link in links(roles, "aws")] == [64]
    (fault,) = unlinked(roles)
    assert fault.where == "dev ReadR"
    assert fault.problem == f"the console switches to names of 64 characters, and {'x' * 65} is longer"
    assert fault.hint == "assume it with the AWS CLI, or give it a shorter name"


def test_the_markdown_page(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links(someone.roles, "aws"), "markdown")
    assert text.startswith("# Roles of bob in the AWS console\n\nSign in first, at\n<https://111111111111.signin")
    assert text.splitlines()[5:] == [
        r'- [R\&D \[dev\] "x" \<b\> OpsR](https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=infra-OpsR-222222222222&displayName=R%26D%20%5Bdev%5D%20%22x%22%20%3Cb%3E%20OpsR&color=b7ca9d)',
        r'- [R\&D \[dev\] "x" \<b\> DataR](https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=infra-DataR-222222222222&displayName=R%26D%20%5Bdev%5D%20%22x%22%20%3Cb%3E%20DataR&color=b7ca9d), until the end of 2027-01-31 (UTC)',
        "- [acme-prod ReadR](https://signin.aws.amazon.com/switchrole?account=333333333333&roleName=infra-ReadR-333333333333&displayName=acme-prod%20ReadR&color=f2b0a9) (production)",
    ]


def test_the_page_of_buttons_escapes_what_is_no_markup(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links(someone.roles, "aws"), "html")
    assert "<b>" not in text
    assert "R&amp;D [dev] &#34;x&#34; &lt;b&gt; OpsR" in text
    assert text.count('<a class="role') == 3
    assert text.count('<a class="role careful"') == 1
    assert '<span class="caution">production</span>' in text
    assert "<small>reads what ReadOnlyAccess reads, data included; changes nothing</small>" in text
    assert "&amp;roleName=infra-ReadR-333333333333&amp;" in text
    assert text.endswith("</html>\n")


def test_a_repository_may_have_a_page_of_its_own(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    (root / "templates").mkdir()
    (root / "templates/console-links.html.j2").write_text("{{ user }}: {{ links[0].text }}")
    assert page(root, someone, links(someone.roles, "aws"), "html") == "bob: R&amp;D [dev] &#34;x&#34; &lt;b&gt; OpsR\n"


def test_the_extension(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    parser = configparser.RawConfigParser()
    parser.read_string(page(root, someone, links(someone.roles[2:], "aws"), "extend-switch-roles"))
    assert {name: dict(parser[name]) for name in parser.sections()} == {
        "acme-users": {"aws_account_id": "111111111111", "aws_account_alias": "acme-users"},
        "acme-prod ReadR": {
            "role_arn": "arn:aws:iam::333333333333:role/infra-ReadR-333333333333",
            "source_profile": "acme-users",
            "color": "f2b0a9",
            "region": "eu-west-1",
        },
    }


@pytest.mark.parametrize("place", ["R&D [dev]", "dev #1", "a;b", "profile x", "Profile\tx"])
def test_the_extension_calls_an_account_by_a_name_that_it_reads(place: str, bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links([assumable(place=place)], "aws"), "extend-switch-roles")
    assert "\n[dev ReadR]\n" in text


def test_the_extension_calls_an_account_as_people_do(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links([assumable(place="acme dev")], "aws"), "extend-switch-roles")
    assert "\n[acme dev ReadR]\n" in text


def test_the_extension_gets_no_account_without_a_role(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    assert page(root, someone, (), "extend-switch-roles") == "# there is no role\n"


@pytest.mark.parametrize(
    ("display", "alias"), [("acme", True), ("user-only", False), ("Acme Inc", False), ("a--b", False), ("ab", False)]
)
def test_what_may_be_an_accounts_alias_is_told_the_extension(
    display: str, alias: bool, bob: tuple[Path, Colleague]
) -> None:
    root, someone = bob
    someone = someone._replace(people_account=Account("user-only", "111111111111", "user-only", display))
    text = page(root, someone, links([assumable()], "aws"), "extend-switch-roles")
    assert (f"aws_account_alias = {display}\n" in text) == alias


def test_a_link_as_json(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    (link,) = json.loads(page(root, someone, links([someone.roles[1]._replace(description="reads")], "aws"), "json"))
    assert link == {
        "account": "dev",
        "account_id": "222222222222",
        "role": "DataR",
        "role_name": "infra-DataR-222222222222",
        "text": 'R&D [dev] "x" <b> DataR',
        "color": "b7ca9d",
        "caution": None,
        "description": "reads",
        "until": "2027-02-01T00:00:00Z",
        "url": "https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=infra-DataR-222222222222"
        "&displayName=R%26D%20%5Bdev%5D%20%22x%22%20%3Cb%3E%20DataR&color=b7ca9d",
    }


def test_json(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    loads = json.loads(page(root, someone, links(someone.roles, "aws"), "json"))
    assert [(entry["account"], entry["role"], entry["until"]) for entry in loads] == [
        ("dev", "OpsR", None), ("dev", "DataR", "2027-02-01T00:00:00Z"), ("acme-prod", "ReadR", None),
    ]  # fmt: skip
    assert [(entry["caution"], entry["description"]) for entry in loads] == [
        (None, "full power over s3; reads what ReadOnlyAccess reads, data included"), (None, None),
        ("production", "reads what ReadOnlyAccess reads, data included; changes nothing"),
    ]  # fmt: skip
