"""What the two templates make for a person, and what is said of a template that makes what no program can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.declaration.accounts import accounts
from iamgen.declaration.constants_file import parse
from iamgen.errors import Fault, IamgenError
from iamgen.workstation.colleague import Called, Colleague, undeclared
from iamgen.workstation.expand import ExpandedText, FileTemplate
from iamgen.workstation.key import AccessKey
from iamgen.workstation.sections import FileKind
from iamgen.workstation.texts import (
    FileTexts,
    expanded,
    misread,
    needs_secret,
    role_names,
    sourceless,
    templates,
)

CONST = b"GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\n"
UNREADABLE = (
    "the AWS CLI cannot read what it makes: "
    "the line is neither [section], NAME = VALUE nor comment, or says again what another says"
)


def templates_of(config: str, credentials: str = "") -> dict[FileKind, FileTemplate]:
    return {"config": FileTemplate(config, "config.tpl"), "credentials": FileTemplate(credentials, "credentials.tpl")}


def texts_of(config: str, credentials: str = "") -> FileTexts:
    """Return texts each line of which came from the template's line ten lines further down."""
    result: dict[FileKind, str] = {"config": config, "credentials": credentials}
    return {
        kind: ExpandedText(text, f"{kind}.tpl", tuple(n + 10 for n in range(1, text.count("\n") + 2)))
        for kind, text in result.items()
    }


@pytest.fixture
def colleague() -> Colleague:
    constants, _ = parse(CONST, "CONST.inc")
    return undeclared(constants, accounts(constants), Called("bob"))


def test_templates_are_the_repositorys_own_or_those_that_are_named(tmp_path: Path) -> None:
    (tmp_path / "aws-cli.config.tpl").write_bytes(b"# caf\xe9\n")
    other = tmp_path / "other.tpl"
    other.write_text("[$A]\n")
    result = templates(tmp_path, {"config": None, "credentials": other})
    assert result == {
        "config": FileTemplate("# caf\udce9\n", "aws-cli.config.tpl"),
        "credentials": FileTemplate("[$A]\n", str(other)),
    }


def test_every_template_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(IamgenError) as caught:
        templates(tmp_path, {"config": None, "credentials": tmp_path})
    assert caught.value.faults == (
        Fault(
            "aws-cli.config.tpl", "cannot be read: No such file or directory",
            "copy that of iamgen's own repository, or name another: --config-tpl-file",
        ),
        Fault(
            str(tmp_path), "cannot be read: Is a directory",
            "copy that of iamgen's own repository, or name another: --credentials-tpl-file",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("config", "credentials", "is_needed"),
    [
        ("", "x = ${AWS_SECRET_ACCESS_KEY}\n", True),
        ("x = $AWS_SECRET_ACCESS_KEY", "", True),
        ("${AWS_ACCESS_KEY_ID}", "AWS_SECRET_ACCESS_KEY", False),
    ],
)
def test_a_secret_is_needed_where_a_template_has_it(config: str, credentials: str, is_needed: bool) -> None:
    assert needs_secret(templates_of(config, credentials)) == is_needed


def test_templates_have_the_persons_own_values_and_their_key(colleague: Colleague) -> None:
    both = "$AWS_USER $DEV_AWS_ACCOUNT_ID $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY\n"
    result = expanded(templates_of(both, both), colleague, AccessKey("AKIA1", "s3cret"))
    assert {kind: text.text for kind, text in result.items()} == dict.fromkeys(
        ("config", "credentials"), "bob 222222222222 AKIA1 s3cret\n"
    )


def test_role_profiles_are_for_the_config_file_alone(colleague: Colleague) -> None:
    declared = colleague._replace(is_declared=True)
    result = expanded(templates_of("${AWS_ROLE_PROFILES}."), declared, None)
    assert result["config"].text == "."
    with pytest.raises(IamgenError) as caught:
        expanded(templates_of("", "${AWS_ROLE_PROFILES}"), declared, None)
    assert caught.value.faults == (
        Fault(
            "credentials.tpl:1", "nothing defines AWS_ROLE_PROFILES",
            "only a config template has it, and only where a users.py says who has which role",
        ),
    )  # fmt: skip


def test_every_name_without_a_value_is_told_for_both_templates(colleague: Colleague) -> None:
    with pytest.raises(IamgenError) as caught:
        expanded(templates_of("\n$AWS_ACCESS_KEY_ID", "$AWS_SECRET_ACCESS_KEY"), colleague, None)
    assert [" | ".join(fault) for fault in caught.value.faults] == [
        "config.tpl:2 | nothing defines AWS_ACCESS_KEY_ID | give the key: --access-key-id ID",
        "credentials.tpl:1 | nothing defines AWS_SECRET_ACCESS_KEY"
        " | give the key: --access-key-id ID, and its secret when asked",
    ]


def unread(header: str, line: int, kind: str = "config") -> Fault:
    return Fault(
        f"{kind}.tpl:{line}",
        f"it makes [{header}], and not every program that reads ~/.aws knows such a profile",
        "its name should be of letters, digits and _@+.%:/-",
    )


@pytest.mark.parametrize(
    ("config", "credentials", "faults"),
    [
        ("[default]\nregion = x\n[profile a]\nregion = x\n[sso-session a b]\n", "[default]\n[a]\nx = 1\n", []),
        ("[a]\nx = 1\njunk\n", "junk\n", [
            Fault("config.tpl:13", UNREADABLE, "mend the line"),
            Fault("credentials.tpl:11", UNREADABLE, "mend the line"),
        ]),
        ("[profile a]\nx = 1\n[profile \"a\"]\n", "", [
            Fault(
                "config.tpl", "it makes [profile a] twice",
                "give accounts and profiles names of their own: …_AWS_ACCOUNT_NAME, --account",
            ),
        ]),
        ("[profile a b]\n[profile 'a b']\n[profile __proto__]\n", "", [
            unread("profile a b", 11), unread("profile 'a b'", 12), unread("profile __proto__", 13),
        ]),
        ("", "[a b]\n[profile a]\n", [unread("a b", 11, "credentials"), unread("profile a", 12, "credentials")]),
    ],
)  # fmt: skip
def test_what_no_program_could_read(config: str, credentials: str, faults: list[Fault]) -> None:
    assert list(misread(texts_of(config, credentials))) == faults


SOURCE = "source_profile = bob\n"


def test_a_source_without_a_role_is_told() -> None:
    config = f"[default]\n{SOURCE}[profile a]\n{SOURCE}role_arn = x\n[profile b]\nrole_arn = x\n[profile c]\n"
    texts = texts_of(config, f"[d]\n{SOURCE}")
    assert list(sourceless(texts)) == [
        Fault(
            "config.tpl:11",
            "[default] has a source_profile and no role_arn: programs in Go refuse it, such as Terraform",
            "leave the line source_profile out",
        )
    ]
    assert list(sourceless({"credentials": texts["credentials"]})) == []


def test_the_names_of_profiles_that_assume_a_role() -> None:
    config = "[default]\nrole_arn = x\n[profile 'a b']\nrole_arn = x\n[profile c]\nregion = x\n[d]\nrole_arn = x\n"
    assert role_names(texts_of(config)["config"]) == {"default", "a b"}
