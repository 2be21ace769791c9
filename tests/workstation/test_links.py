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
from iamgen.workstation.links import links, unlinked
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


def test_production_is_red() -> None:
    kinds = ("dev", "prod", "workload", "user-only")
    assert [link.colour for link in links([assumable(kind=kind) for kind in kinds], "aws")] == [
        "b7ca9d", "f2b0a9", "b7ca9d", "b7ca9d",
    ]  # fmt: skip


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


def test_the_markdown_page(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links(someone.roles, "aws"), "markdown")
    assert text.startswith("# Roles of bob in the AWS console\n\nSign in first, at\n<https://111111111111.signin")
    assert text.splitlines()[5:] == [
        r'- [R\&D \[dev\] "x" \<b\> OpsR](https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=infra-OpsR-222222222222&displayName=R%26D%20%5Bdev%5D%20%22x%22%20%3Cb%3E%20OpsR&color=b7ca9d)',
        r'- [R\&D \[dev\] "x" \<b\> DataR](https://signin.aws.amazon.com/switchrole?account=222222222222&roleName=infra-DataR-222222222222&displayName=R%26D%20%5Bdev%5D%20%22x%22%20%3Cb%3E%20DataR&color=b7ca9d), until 2027-02-01T00:00:00Z',
        "- [acme-prod ReadR](https://signin.aws.amazon.com/switchrole?account=333333333333&roleName=infra-ReadR-333333333333&displayName=acme-prod%20ReadR&color=f2b0a9)",
    ]


def test_the_page_of_buttons_escapes_what_is_no_markup(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links(someone.roles, "aws"), "html")
    assert "<b>" not in text
    assert "R&amp;D [dev] &#34;x&#34; &lt;b&gt; OpsR" in text
    assert text.count('<a class="role"') == 3
    assert text.count("background: #f2b0a9") == 1
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
        "acme-users": {"aws_account_id": "111111111111"},
        "acme-prod ReadR": {
            "role_arn": "arn:aws:iam::333333333333:role/infra-ReadR-333333333333",
            "source_profile": "acme-users",
            "color": "f2b0a9",
            "region": "eu-west-1",
        },
    }


def test_the_extension_takes_no_brackets_in_a_name(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    text = page(root, someone, links(someone.roles[:1], "aws"), "extend-switch-roles")
    assert '[R&D (dev) "x" <b> OpsR]\n' in text


def test_json(bob: tuple[Path, Colleague]) -> None:
    root, someone = bob
    found = json.loads(page(root, someone, links(someone.roles, "aws"), "json"))
    assert [(one["account"], one["role"], one["until"]) for one in found] == [
        ("dev", "OpsR", None), ("dev", "DataR", "2027-02-01T00:00:00Z"), ("acme-prod", "ReadR", None),
    ]  # fmt: skip
