"""The two files of a person's `~/.aws`: what becomes of them, and when nothing may be written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.accounts import accounts
from iamgen.declaration.constants_file import parse
from iamgen.errors import Fault, IamgenError
from iamgen.workstation.colleague import Called, Colleague, undeclared
from iamgen.workstation.expand import ExpandedText
from iamgen.workstation.texts import FileTexts
from iamgen.workstation.update import contents, updates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONST = b"""\
GLOBAL_AWS_REGION=eu-west-1
DEV_AWS_ACCOUNT_ID=222222222222
DEV_IAM_READ_ROLE=infra-ReadR-222222222222
DEV_IAM_OPS_ROLE=infra-OpsR-222222222222
"""
CONFIG = "[profile dev]\nregion = eu-west-1\n"
CREDENTIALS = "[dev]\naws_access_key_id = AKIA1\n"


@pytest.fixture
def colleague() -> Colleague:
    """Return somebody who has the first of the repository's two roles."""
    constants, _ = parse(CONST, "CONST.inc")
    everyone = undeclared(constants, accounts(constants), Called("bob"))
    return everyone._replace(roles=everyone.roles[:1])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which the two files lie in a folder of the test."""
    return {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }


def texts(config: str = CONFIG, credentials: str = CREDENTIALS) -> FileTexts:
    return {"config": ExpandedText(config, "", (1,)), "credentials": ExpandedText(credentials, "", (1,))}


def put(folder: Path, config: str, credentials: str = "") -> None:
    for name, text in (("config", config), ("credentials", credentials)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)


def written(colleague: Colleague, environment: dict[str, str], config: str = CONFIG) -> dict[str, str]:
    """Write both files as they are to be, and return what was written, by the names of the files."""
    items, _ = updates(texts(config), colleague, environment)
    result = contents(items, (), NOW)
    for path, text in result.items():
        path.write_text(text)
        path.chmod(0o600)
    return {path.name: text for path, text in result.items()}


def test_both_files_are_begun_and_then_as_they_should_be(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    first = written(colleague, environment)
    assert list(first) == ["config", "credentials"]
    assert first["config"].startswith("[profile dev]\n# iamgen bootstrap bob@222222222222/ ")
    assert first["config"].endswith("\nregion = eu-west-1\n")
    items, warnings = updates(texts(), colleague, environment)
    assert warnings == ()
    assert not any(item.changes() or item.damage() or item.conflicts for item in items)
    assert contents(items, (), NOW) == {}
    assert not list(tmp_path.glob("*.bak"))


def test_a_copy_is_kept_of_what_changes_and_of_nothing_else(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    written(colleague, environment)
    before = (tmp_path / "config").read_text()
    later = written(colleague, environment, CONFIG + "output = json\n")
    assert list(later) == ["config.20261123T120000Z.bak", "config"]
    assert later["config.20261123T120000Z.bak"] == before
    assert "output = json\n" in later["config"]


def test_a_file_that_others_may_read_is_written_though_its_text_stays(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    written(colleague, environment)
    (tmp_path / "credentials").chmod(0o640)
    items, _ = updates(texts(), colleague, environment)
    assert [item.changes() for item in items] == [False, True]
    assert [path.name for path in contents(items, (), NOW)] == ["credentials.20261123T120000Z.bak", "credentials"]


def test_a_profile_goes_only_when_its_role_is_of_the_repository_and_no_longer_theirs(
    colleague: Colleague, environment: dict[str, str]
) -> None:
    theirs, not_theirs = (role.arn for role in colleague.every)
    elsewhere = theirs.replace("222222222222", "999999999999")
    profiles = {"theirs": theirs, "gone": not_theirs, "elsewhere": elsewhere}
    roles = "".join(f"\n[profile {name}]\nrole_arn = {arn}\n" for name, arn in profiles.items())
    before = written(colleague, environment, f"{CONFIG}{roles}\n[profile none]\nregion = x\n")["config"]
    after = written(colleague, environment)["config"]
    start, end = before.index("[profile gone]"), before.index("[profile elsewhere]")
    assert after == f"{before[:start].rstrip()}\n\n\n{before[end:]}"


def test_what_a_person_wrote_and_does_not_give_up_stays(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    put(tmp_path, "[profile dev]\nregion = us-east-1\n")
    items, _ = updates(texts(CONFIG + "\n[profile b]\nx = 1\n"), colleague, environment)
    (conflict,) = items[0].conflicts
    assert (conflict.header, items[1].conflicts) == ("profile dev", ())
    declined = {conflict.identity}
    remaining = contents(items, declined, NOW)[tmp_path / "config"]
    assert remaining.startswith("[profile dev]\nregion = us-east-1\n\n[profile b]\n")
    assert "region = eu-west-1" in contents(items, (), NOW)[tmp_path / "config"]
    only, _ = updates(texts(), colleague, environment)
    assert not only[0].changes(declined)
    assert list(contents(only, declined, NOW)) == [tmp_path / "credentials"]


def test_one_file_for_both_is_refused(colleague: Colleague, environment: dict[str, str]) -> None:
    environment["AWS_SHARED_CREDENTIALS_FILE"] = environment["AWS_CONFIG_FILE"]
    with pytest.raises(IamgenError) as caught:
        updates(texts(), colleague, environment)
    assert caught.value.faults == (
        Fault(environment["AWS_CONFIG_FILE"], "config and credentials are one file", "give each its own"),
    )


def test_the_credentials_file_may_be_the_only_one(colleague: Colleague, environment: dict[str, str]) -> None:
    items, _ = updates({"credentials": texts()["credentials"]}, colleague, environment)
    assert [path.name for path in contents(items, (), NOW)] == ["credentials"]


def test_what_would_be_read_otherwise_is_refused_for_every_file(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    """Options in [DEFAULT] would be read in the new sections as well."""
    put(tmp_path, "[DEFAULT]\noutput = json\n", "[DEFAULT]\noutput = json\n")
    hint = "nothing was written; look at how it is indented, and at what stands in [DEFAULT]"
    with pytest.raises(IamgenError) as caught:
        updates(texts(), colleague, environment)
    assert caught.value.faults == (
        Fault(str(tmp_path / "config"), "the AWS CLI would not read [profile dev] as it is to be", hint),
        Fault(str(tmp_path / "credentials"), "the AWS CLI would not read [dev] as it is to be", hint),
    )


def test_a_file_that_is_not_written_to_gets_a_warning_only(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    written(colleague, environment)
    config = tmp_path / "config"
    config.write_text(f"{config.read_text()}\n[x]\n[x]\n")
    items, warnings = updates(texts(), colleague, environment)
    assert contents(items, (), NOW) == {}
    assert warnings == (
        Fault(f"{config}:6", "the AWS CLI cannot read this file: [x] stands on line 5 already", "keep one of the two"),
    )


def test_nothing_is_written_that_was_declined_and_would_be_there_all_the_same(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    """Only what a person wrote can be declined; a new section is added whatever they say, which is no consent."""
    items, _ = updates(texts(), colleague, environment)
    with pytest.raises(IamgenError) as caught:
        contents(items, {("profile", "dev"), ("credentials", "dev")}, NOW)
    hint = "nothing was written; write every line of the file without an indent, or put the sections in by hand"
    assert caught.value.faults == (
        Fault(str(tmp_path / "config"), "the AWS CLI would read a section [profile dev] that is none now", hint),
        Fault(str(tmp_path / "credentials"), "the AWS CLI would read a section [dev] that is none now", hint),
    )


def test_a_file_that_was_changed_meanwhile_is_not_written(
    colleague: Colleague, environment: dict[str, str], tmp_path: Path
) -> None:
    items, _ = updates(texts(), colleague, environment)
    put(tmp_path, "", "[mine]\n")
    with pytest.raises(IamgenError) as caught:
        contents(items, (), NOW)
    assert caught.value.faults == (
        Fault(
            str(tmp_path / "credentials"), "it was changed meanwhile, by something else",
            "nothing was written; run it again",
        ),
    )  # fmt: skip
