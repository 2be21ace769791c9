"""`iamgen bootstrap` as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
At = Callable[..., "tuple[int, str]"]

ROOT = Path(__file__).resolve().parents[2]
ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = ["--access-key-id", ID]
IAMGEN = [sys.executable, "-m", "iamgen", "bootstrap"]
SEED = {
    "CONST.inc": """\
GLOBAL_AWS_REGION=eu-west-1
DEV_AWS_ACCOUNT_ID=1234567890
DEV_AWS_ACCOUNT_NAME=myawsaccount
DEV_IAM_READ_ROLE=infra-ReadR-1234567890
""",
    "aws-cli.config.tpl": """\
[default]
region = ${GLOBAL_AWS_REGION}
s3 =
  signature_version = s3v4
  max_concurrent_requests = 100
  max_queue_size = 1000
  multipart_threshold = 64MB
  multipart_chunksize = 16MB

[profile ${AWS_ACCOUNT_NAME}]
region = ${GLOBAL_AWS_REGION}
source_profile = ${AWS_ACCOUNT_NAME}

[profile ${DEV_AWS_ACCOUNT_NAME}_read]
region = ${GLOBAL_AWS_REGION}
role_arn = arn:aws:iam::${DEV_AWS_ACCOUNT_ID}:role/${DEV_IAM_READ_ROLE}
source_profile = ${AWS_ACCOUNT_NAME}
""",
    "aws-cli.credentials.tpl": """\
[${AWS_ACCOUNT_NAME}]
aws_access_key_id = ${AWS_ACCESS_KEY_ID}
aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}

[${DEV_AWS_ACCOUNT_NAME}_read]
aws_access_key_id = ${AWS_ACCESS_KEY_ID}
aws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}
""",
}
KEPT = "the links are kept in aws-iam-console-switch-role.md; let git ignore it\n"
ODD_ID = "warning: CONST.inc:2:20: DEV_AWS_ACCOUNT_ID has 10 digits\nhint: an account id has 12 digits, leading zeros included\n"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """Return a copy of the example repository, whose config template has a section [default] as well."""
    folder = tmp_path / "example"
    folder.mkdir()
    for name in ("users.py", "CONST.inc", "aws-cli.config.tpl", "aws-cli.credentials.tpl"):
        shutil.copy(ROOT / name, folder / name)
    default = SEED["aws-cli.config.tpl"].partition("[profile")[0]
    (folder / "aws-cli.config.tpl").write_text(default + (ROOT / "aws-cli.config.tpl").read_text())
    return folder


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """Return a repository of the three files of the source document, and no users.py."""
    folder = tmp_path / "seed"
    folder.mkdir()
    for name, text in SEED.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


# links


def test_without_a_key_there_are_links_only(example: Path, iamgen: Iamgen, home: Path) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob")
    assert (done.returncode, done.stderr) == (0, KEPT)
    assert iamgen(example, "bootstrap", "--user", "bob").stderr == ""
    assert done.stdout.startswith("# Roles of bob in the AWS console\n")
    assert done.stdout.count("\n- [example-") == 3
    assert (example / "aws-iam-console-switch-role.md").read_text() == done.stdout
    assert not home.exists()


def test_the_page_of_links_is_not_written_through_a_link_of_the_repository(
    example: Path, iamgen: Iamgen, tmp_path: Path
) -> None:
    (example / "aws-iam-console-switch-role.md").symlink_to(tmp_path / "profile")
    done = iamgen(example, "bootstrap", "--user", "bob")
    assert (done.returncode, done.stderr) == (
        0,
        f"warning: aws-iam-console-switch-role.md: cannot be written: it is a symlink to {tmp_path / 'profile'}\n"
        "hint: the links are printed all the same\n",
    )
    assert done.stdout.startswith("# Roles of bob in the AWS console\n")
    assert not (tmp_path / "profile").exists()


def test_the_page_of_links_is_ignored_by_git() -> None:
    assert "aws-iam-console-switch-role.*" in (ROOT / ".gitignore").read_text().split()


def test_all_roles(example: Path, iamgen: Iamgen) -> None:
    own = json.loads(iamgen(example, "bootstrap", "--user", "bob", "--json").stdout)
    every = json.loads(iamgen(example, "bootstrap", "--user", "bob", "--json", "--all-roles").stdout)
    assert [(entry["account"], entry["role"]) for entry in own] == [
        ("dev", "OpsR"),
        ("dev", "ReadR"),
        ("prod", "ReadR"),
    ]
    assert [(entry["account"], entry["role"]) for entry in every] == [
        ("user-only", "OpsR"), ("user-only", "ReadR"),
        ("dev", "AdminR"), ("dev", "OpsR"), ("dev", "ReadR"), ("prod", "AdminR"), ("prod", "OpsR"), ("prod", "ReadR"),
    ]  # fmt: skip
    assert not (example / "aws-iam-console-switch-role.md").exists()


def test_links_in_a_file(example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", "--format", "html", "-o", "links.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert (example / "links.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("target", ["../precious", "users.py"])
def test_the_links_are_kept_through_no_symlink(example: Path, iamgen: Iamgen, target: str) -> None:
    (example / "../precious").write_text("mine\n")
    before = (example / target).read_text()
    (example / "aws-iam-console-switch-role.md").symlink_to(target)
    done = iamgen(example, "bootstrap", "--user", "bob")
    assert (done.returncode, done.stderr) == (
        0,
        f"warning: aws-iam-console-switch-role.md: cannot be written: it is a symlink to {target}\n"
        "hint: the links are printed all the same\n",
    )
    assert done.stdout.startswith("# Roles of bob")
    assert (example / target).read_text() == before


@pytest.mark.parametrize("form", [(), ("--format", "html"), ("--guide",)])
def test_a_page_is_written_over_nothing_else_that_git_tracks(
    example: Path, iamgen: Iamgen, form: tuple[str, ...]
) -> None:
    subprocess.run(["git", "init", "-q", example], check=True)
    subprocess.run(["git", "-C", example, "add", "users.py"], check=True)
    before = (example / "users.py").read_text()
    done = iamgen(example, "bootstrap", "--user", "bob", *form, "-o", "users.py")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"error: {example / 'users.py'}: is there already, git tracks it, and it is no such page\n"
        "hint: name another file, or move that one away\n",
    )
    assert (example / "users.py").read_text() == before
    for user in ("bob", "alice"):  # the page that is there already may be somebody else's
        assert iamgen(example, "bootstrap", "--user", user, *form, "-o", "page").returncode == 0
        subprocess.run(["git", "-C", example, "add", "page"], check=True)
    assert "alice" in (example / "page").read_text()


def test_a_page_is_written_through_no_symlink(example: Path, iamgen: Iamgen) -> None:
    (example / "docs").symlink_to(example.parent)
    (example.parent / "bob.md").write_text("mine\n")
    done = iamgen(example, "bootstrap", "--user", "bob", "--guide", "-o", "docs/bob.md")
    assert (done.returncode, done.stderr) == (
        1,
        f"error: {example / 'docs/bob.md'}: cannot be written: {example / 'docs'} is a symlink to {example.parent}\n"
        "hint: nothing was written, for no symlink is followed here: look at it, and remove it\n",
    )
    assert (example.parent / "bob.md").read_text() == "mine\n"


def test_a_repository_that_cannot_be_written_is_no_fault(example: Path, iamgen: Iamgen) -> None:
    (example / "aws-iam-console-switch-role.md").mkdir()
    done = iamgen(example, "bootstrap", "--user", "bob")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: aws-iam-console-switch-role.md: ")
    assert done.stdout.startswith("# Roles of bob")


def test_a_person_without_a_role(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("new", {}),)')
    done = iamgen(root, "bootstrap", "--user", "new")
    assert (done.returncode, done.stderr) == (0, f"new may assume no role: users.py grants none\n{KEPT}")


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("bbo", "error: --user bbo: users.py declares no such person\nhint: did you mean bob?\n"),
        ("Bob", "error: --user Bob: users.py declares no such person\nhint: did you mean bob?\n"),
        ("x", "error: --user x: users.py declares no such person\nhint: add them to USERS in users.py\n"),
        (
            "ci",
            "error: --user ci: this is a CI user\nhint: bootstrap is for people; a CI user's key goes into the settings of its CI\n",
        ),
    ],
)
def test_who_is_not_declared(user: str, message: str, example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", user, *KEY, "--secret-access-key", "-")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


# expansion


def test_the_source_documents_files(seed: Path, iamgen: Iamgen) -> None:
    done = iamgen(seed, "bootstrap", "--user", "andrei", *KEY, "--only", "config", AWS_SECRET_ACCESS_KEY=SECRET)
    assert done.returncode == 0
    assert done.stderr.startswith(ODD_ID + "warning: users.py: there is none beside CONST.inc")
    assert (
        "[profile myawsaccount_read]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1234567890:role/infra-ReadR-1234567890\n"
        in done.stdout
    )
    link = iamgen(seed, "bootstrap", "--user", "andrei").stdout.splitlines()[-1]
    assert link.startswith("- [myawsaccount ReadR](https://signin.aws.amazon.com/switchrole?account=1234567890&")


@pytest.mark.skipif(not shutil.which("envsubst"), reason="there is no envsubst: install gettext (Debian: gettext-base)")
@pytest.mark.parametrize("kind", ["config", "credentials"])
def test_what_is_printed_is_what_envsubst_makes(
    kind: str, seed: Path, iamgen: Iamgen, environment: dict[str, str]
) -> None:
    own = {
        "AWS_USER": "andrei", "AWS_ACCOUNT_NAME": "myawsaccount", "AWS_ACCESS_KEY_ID": ID,
        "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_MFA_SERIAL": "arn:aws:iam::1234567890:mfa/andrei",
    }  # fmt: skip
    template = seed / f"aws-cli.{kind}.tpl"
    text = f"{SEED[template.name]}# $$ $ ${{}} $AWS_USER ${{AWS_MFA_SERIAL}} é \t\r\nno end".encode()
    template.write_bytes(text)
    by_shell = subprocess.run(
        ["sh", "-c", "set -a; . ./CONST.inc; envsubst"],
        cwd=seed,
        env=environment | own,
        input=text,
        capture_output=True,
        check=True,
    )
    done = subprocess.run(
        [*IAMGEN, "--user", "andrei", *KEY, "--only", kind], cwd=seed,
        env=environment | {"AWS_SECRET_ACCESS_KEY": SECRET}, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout == by_shell.stdout


def test_other_files_than_the_repositorys(seed: Path, tmp_path: Path, iamgen: Iamgen) -> None:
    (seed / "OTHER.inc").write_text(SEED["CONST.inc"].replace("1234567890", "123456789012") + "X=1\n")
    (seed / "other.tpl").write_text("[$X]\nregion = $AWS_ACCOUNT_NAME\n")
    options = [
        "--const-file",
        "seed/OTHER.inc",
        "--config-tpl-file",
        "seed/other.tpl",
        "--account",
        "acme",
        "--only",
        "config",
    ]
    done = iamgen(tmp_path, "bootstrap", "--user", "bob", *options)
    assert (done.returncode, done.stdout) == (0, "[1]\nregion = acme\n")
    assert "digits" not in done.stderr


def test_the_account_name_is_that_of_the_people(example: Path, iamgen: Iamgen) -> None:
    (example / "aws-cli.config.tpl").write_text("$AWS_USER $AWS_ACCOUNT_NAME $AWS_MFA_SERIAL\n")
    done = iamgen(example, "bootstrap", "--user", "bob", "--only", "config")
    assert done.stdout == "bob example-users arn:aws:iam::111111111111:mfa/bob\n"
    other = iamgen(example, "bootstrap", "--user", "bob", "--only", "config", "--mfa-serial", "GAHT12345678")
    assert other.stdout == "bob example-users GAHT12345678\n"


def test_every_undefined_name_of_both_templates(example: Path, iamgen: Iamgen, home: Path) -> None:
    (example / "aws-cli.config.tpl").write_text("\n${GLOBAL_AWS_REGIO}\n$HOME\n")
    (example / "aws-cli.credentials.tpl").write_text("$AWS_ROLE_PROFILES\n")
    done = iamgen(example, "bootstrap", "--user", "bob", *KEY, "--write", "--yes", AWS_SECRET_ACCESS_KEY=SECRET)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: aws-cli.credentials.tpl:1: nothing defines AWS_ROLE_PROFILES\n"
        "hint: only a config template has it, and only where a users.py says who has which role\n"
        "error: aws-cli.config.tpl:2: nothing defines GLOBAL_AWS_REGIO\n"
        "hint: did you mean GLOBAL_AWS_REGION?\n"
        "error: aws-cli.config.tpl:3: nothing defines HOME\n"
        "hint: define it in CONST.inc; the environment does not count\n"
    )
    assert not home.exists()


def test_a_profile_for_every_role(example: Path, iamgen: Iamgen) -> None:
    (example / "aws-cli.config.tpl").write_text("${AWS_ROLE_PROFILES}\n")
    done = iamgen(example, "bootstrap", "--user", "carol", "--only", "config")
    assert done.stdout.startswith("""\
[profile example-dev_read]
role_arn = arn:aws:iam::222222222222:role/infra-ReadR-222222222222
source_profile = example-users
mfa_serial = arn:aws:iam::111111111111:mfa/carol
role_session_name = carol
duration_seconds = 43200
region = eu-west-1

[profile example-prod_ops]
# until the end of 2027-03-31 (UTC)
role_arn = arn:aws:iam::333333333333:role/infra-OpsR-333333333333
source_profile = example-users
mfa_serial = arn:aws:iam::111111111111:mfa/carol
role_session_name = carol
duration_seconds = 14400
region = eu-west-1
""")


def test_a_profile_of_a_role_of_ones_own(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(
        'from iamgen import *\nOPS_SERVICES = ("s3",)\nROLES = (Role("DataLakeR", session_hours=2),)\n'
        'USERS = (User("bob", {"dev": "DataLakeR", "prod": Grant("ReadR", until="2020-01-01")}),)'
    )
    (root / "aws-cli.config.tpl").write_text("${AWS_ROLE_PROFILES}\n")
    done = iamgen(root, "bootstrap", "--user", "bob", "--only", "config")
    assert done.stdout.startswith("[profile dev_datalake]\n")
    assert "\nduration_seconds = 7200\n" in done.stdout
    assert "prod" not in done.stdout
    assert "left out" in done.stderr


def test_accounts_that_share_an_alias_are_told_apart(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    const = (
        "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\n"
        "A_DEV_AWS_ACCOUNT_ID=222222222222\nA_DEV_AWS_ACCOUNT_NAME=acme\n"
        "B_DEV_AWS_ACCOUNT_ID=333333333333\nB_DEV_AWS_ACCOUNT_NAME=acme\n"
    )
    root = make_repo('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"*": "ReadR"}),)', const)
    (root / "aws-cli.config.tpl").write_text("${AWS_ROLE_PROFILES}\n")
    done = iamgen(root, "bootstrap", "--user", "bob", "--only", "config")
    assert [line for line in done.stdout.splitlines() if line.startswith("[")] == [
        "[profile a-dev_read]",
        "[profile b-dev_read]",
    ]


@pytest.mark.parametrize("name", ["two words", "a#b", "a;b", "a[b", "a,b", "ünï", "__proto__"])
def test_a_profile_that_a_program_would_not_know_is_refused(name: str, example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", "--only", "config", "--account", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: --account: not every program that reads ~/.aws knows a profile called {name!r}\n"
        "hint: use letters, digits and _@+.%:/-\n"
    )


def test_profiles_are_called_after_the_account_where_its_other_name_is_not_read(example: Path, iamgen: Iamgen) -> None:
    constants = (example / "CONST.inc").read_text()
    odd = constants.replace("=example-users", "='our people'").replace("=example-dev", "='R&D [dev]'")
    (example / "CONST.inc").write_text(odd)
    done = iamgen(example, "bootstrap", "--user", "bob", "--only", "config")
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if "[" in line or "source_profile" in line] == [
        "[default]", "[profile user-only]",
        "[profile dev_ops]", "source_profile = user-only",
        "[profile dev_read]", "source_profile = user-only",
        "[profile example-prod_read]", "source_profile = user-only",
    ]  # fmt: skip
    lines = odd.splitlines()
    for name, place, account in (
        ("USER_ONLY", "'our people'", "'user-only'"),
        ("DEV", "'R&D [dev]'", "'dev'"),
    ):
        number = next(n for n, line in enumerate(lines, 1) if line.startswith(f"{name}_AWS_ACCOUNT_NAME"))
        column = lines[number - 1].index("=") + 2
        assert (
            f"warning: CONST.inc:{number}:{column}: AWS's libraries for JavaScript and Go do not read profiles that are called "
            f"{place}\nhint: profiles are called {account} instead; for another name use letters"
        ) in done.stderr
    assert done.stderr.count("do not read profiles") == 2
    assert "do not read" not in iamgen(example, "bootstrap", "--user", "bob").stderr


# the key


def test_a_secret_is_asked_for_and_not_shown(example: Path, at_terminal: At, home: Path) -> None:
    command = [*IAMGEN, "--user", "bob", *KEY, "--write"]
    code, screen = at_terminal(example, command, [(f"Secret of {ID}: ", SECRET), ("Write this? [y/N] ", "y")])
    assert code == 0, screen
    assert SECRET not in screen
    assert screen.count("****************") == 1
    assert f"aws_secret_access_key = {SECRET}\n" in (home / ".aws/credentials").read_text()


def test_a_secret_from_stdin(example: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*IAMGEN, "--user", "bob", *KEY, "--secret-access-key", "-", "--only", "credentials"],
        cwd=example, env=environment, input=f"{SECRET}\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"[example-users]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n"
    assert done.stderr == ""


def test_a_secret_on_the_command_line_works_with_a_warning(example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", *KEY, "--secret-access-key", SECRET)
    assert done.returncode == 0
    assert done.stdout.count(SECRET) == 1
    assert done.stderr.startswith("warning: --secret-access-key: the secret is in your shell's history now")
    assert SECRET not in done.stderr


def test_what_is_printed_says_where_it_goes(example: Path, iamgen: Iamgen, home: Path) -> None:
    done = iamgen(
        example, "bootstrap", "--user", "bob", *KEY, AWS_SECRET_ACCESS_KEY=SECRET, AWS_CONFIG_FILE="/x/config"
    )
    assert done.returncode == 0
    assert done.stderr == (
        f"{KEPT}"
        "\nPaste this into ~/.aws/credentials, or let --write do it:\n\n"
        "\nPaste this into /x/config, or let --write do it:\n\n"
    )
    assert done.stdout.index("switchrole") < done.stdout.index("aws_access_key_id") < done.stdout.index("[default]")
    assert not home.exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--secret-access-key", SECRET], 2, "error: --secret-access-key: a secret without the id of its key\n"),
        (["--access-key-id", SECRET], 2, "error: --access-key-id: this is no access key's id"),
        (KEY, 1, f"error: --secret-access-key: there is no secret for {ID}, and no terminal to ask on\n"),
        ([*KEY, "--secret-access-key", ""], 1, "error: --secret-access-key: the secret is empty\n"),
        (
            [*KEY, "--write"],
            1,
            "error: bootstrap --write: it asks before it changes anything, and there is no terminal",
        ),
        (
            ["--write", "--yes"],
            2,
            "error: bootstrap --write: without a key there are only links\n"
            "hint: name it: --access-key-id AKIA…; renew the config alone: --keep-key; or do without a key: --login\n",
        ),
        (["--keep-key"], 2, "error: --keep-key: it is for --write without a key"),
        (["--keep-key", "--write", "--yes", *KEY], 2, "error: --keep-key: it is for --write without a key"),
        (["--guide", "--only", "config"], 2, "error: --guide: it does not go together with --only\n"),
        (["--only", "config", "--json"], 2, "error: bootstrap: --format and -o are about links alone\n"),
        (
            ["--account", "a]b", *KEY, "--secret-access-key", "x"],
            2,
            "error: --account: not every program that reads ~/.aws knows a profile called 'a]b'\n",
        ),
        (["--mfa-serial", "my phone"], 2, "error: --mfa-serial: no device has the serial 'my phone'\n"),
        (
            ["--config-tpl-file", "nope.tpl", "--only", "config"],
            1,
            "error: nope.tpl: cannot be read: No such file or directory\n",
        ),
        (["--const-file", "nope.inc"], 1, "error: nope.inc: there is no such file\n"),
    ],
)
def test_what_is_refused(
    options: list[str], code: int, message: str, example: Path, iamgen: Iamgen, home: Path
) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert SECRET not in done.stderr
    assert not home.exists()


def test_a_constant_may_not_stand_in_for_what_is_a_persons_own(example: Path, iamgen: Iamgen) -> None:
    with (example / "CONST.inc").open("a") as const:
        const.write(f"AWS_SECRET_ACCESS_KEY={SECRET}\n")
    done = iamgen(example, "bootstrap", "--user", "bob")
    line = len((example / "CONST.inc").read_text().splitlines())
    assert done.returncode == 1
    assert done.stderr == (
        f"error: CONST.inc:{line}:1: AWS_SECRET_ACCESS_KEY is each person's own: bootstrap sets it\n"
        f"{line:>4} | AWS_SECRET_ACCESS_KEY={'·' * len(SECRET)}\n     | {'^' * 21}\nhint: remove the line\n"
    )


# writing

THEIRS = {
    "config": "# mine\n[default]\nregion   =  us-east-1\n\n[profile work]\noutput = json",
    "credentials": "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = workSecret\n",
}


@pytest.fixture
def at_home(home: Path) -> Path:
    """Make files of the person's own; return their folder."""
    folder = home / ".aws"
    folder.mkdir(parents=True)
    for name, text in THEIRS.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return folder


@pytest.fixture
def write(example: Path, iamgen: Iamgen) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*options: str, **env: str) -> subprocess.CompletedProcess[str]:
        requested = options or ("--yes",)
        return iamgen(
            example, "bootstrap", "--user", "bob", *KEY, "--write", *requested, AWS_SECRET_ACCESS_KEY=SECRET, **env
        )

    return run


Write = Callable[..., subprocess.CompletedProcess[str]]


def test_into_an_empty_home(write: Write, home: Path, example: Path) -> None:
    done = write()
    assert (done.returncode, done.stdout) == (0, "")
    assert SECRET not in done.stderr
    assert sorted(files(home)) == [".aws/config", ".aws/credentials"]
    assert [mode(home / ".aws"), *(mode(home / ".aws" / name) for name in ("config", "credentials"))] == [
        0o700,
        0o600,
        0o600,
    ]
    assert (example / "aws-iam-console-switch-role.md").exists()


def test_twice_changes_nothing(write: Write, at_home: Path) -> None:
    write("--replace")
    before = files(at_home)
    done = write()
    assert done.returncode == 0
    assert done.stderr.endswith("\nnothing to change\n")
    assert files(at_home) == before


def test_what_was_there_stays_and_is_kept_in_a_copy(write: Write, at_home: Path) -> None:
    assert write("--replace").returncode == 0
    result = files(at_home)
    assert result["credentials"].startswith(THEIRS["credentials"])
    assert result["config"].startswith("# mine\n[default]\n# iamgen bootstrap ")
    assert "\n\n[profile work]\noutput = json\n\n[profile example-users]\n" in result["config"]
    for name, text in THEIRS.items():
        assert result[f"{name}.20261123T120000Z.bak"] == text
        assert mode(at_home / f"{name}.20261123T120000Z.bak") == 0o600
    assert len(result) == 4


def test_yes_leaves_what_the_person_wrote(write: Write, at_home: Path) -> None:
    done = write()
    assert done.returncode == 0
    assert (at_home / "config").read_text().startswith(f"{THEIRS['config']}\n\n[profile example-users]\n")
    assert (
        "warning: ~/.aws/config: [default] was written by hand, and stays as it is\n"
        "hint: --replace puts the template's in its place; without --yes you are asked\n"
    ) in done.stderr
    again = write()
    assert (again.returncode, again.stderr.splitlines()[-1]) == (0, "nothing else to change")


def test_the_shipped_template_has_no_profile_but_the_persons(example: Path, write: Write, at_home: Path) -> None:
    shutil.copy(ROOT / "aws-cli.config.tpl", example)
    assert write().returncode == 0
    assert (at_home / "config").read_text().startswith(f"{THEIRS['config']}\n\n[profile example-users]\n")
    assert write().stderr.endswith("nothing to change\n")


def test_the_end_says_what_was_written_and_what_is_next(write: Write, at_home: Path) -> None:
    lines = write().stderr.splitlines()
    assert lines[lines.index("written: ~/.aws/credentials.20261123T120000Z.bak  (what it was before)") :] == [
        "written: ~/.aws/credentials.20261123T120000Z.bak  (what it was before)",
        "written: ~/.aws/config.20261123T120000Z.bak  (what it was before)",
        "written: ~/.aws/credentials",
        "written: ~/.aws/config",
        "next: aws sts get-caller-identity --profile example-dev_read",
        KEPT.strip(),
    ]


def test_each_copy_has_a_name_of_its_own(write: Write, at_home: Path) -> None:
    write()
    (at_home / "credentials").write_text("")
    config = (at_home / "config").read_text()
    (at_home / "config").write_text(config.replace("\n[profile example-dev_ops]\n", "\n[profile mine]\n"))
    write()
    assert len([name for name in files(at_home) if name.startswith("config.")]) == 2


def test_dry_run_shows_and_stops(write: Write, at_home: Path, example: Path) -> None:
    done = write("--dry-run")
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        "  ~ [default]   # written by hand\n      - region   =  us-east-1\n      + region = eu-west-1\n" in done.stderr
    )
    assert "aws_secret_access_key = ****************" in done.stderr
    assert SECRET not in done.stderr
    assert "workSecret" not in done.stderr
    assert files(at_home) == THEIRS
    assert not (example / "aws-iam-console-switch-role.md").exists()


ASKED = "[default] in ~/.aws/config was written by hand. Replace it? [y/N] "


@pytest.mark.parametrize(
    ("answers", "code", "is_kept"), [("ny", 0, True), ("yy", 0, False), ("yn", 1, True), ("nn", 1, True)]
)
def test_a_section_that_a_person_wrote_is_asked_about(
    answers: str, code: int, is_kept: bool, example: Path, at_home: Path, at_terminal: At
) -> None:
    command = [*IAMGEN, "--user", "bob", *KEY, "--write"]
    asked = [(ASKED, answers[0]), ("Write this? [y/N] ", answers[1])]
    screen, shown = at_terminal(example, command, asked, AWS_SECRET_ACCESS_KEY=SECRET)
    assert screen == code, shown
    assert ("region   =  us-east-1" in (at_home / "config").read_text()) == is_kept
    assert ("nothing was written" in shown) == (code == 1)
    assert (files(at_home) == THEIRS) == (code == 1)


def test_a_key_that_is_replaced(write: Write, home: Path, example: Path, iamgen: Iamgen) -> None:
    write()
    newer = iamgen(
        example,
        "bootstrap",
        "--user",
        "bob",
        "--access-key-id",
        "AKIANEW",
        "--write",
        "--yes",
        AWS_SECRET_ACCESS_KEY="newSecret",
    )
    assert "  ~ [example-users]\n      - aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n" in newer.stderr
    assert "newSecret" in (home / ".aws/credentials").read_text()
    assert SECRET not in (home / ".aws/credentials").read_text() + newer.stderr


def test_new_roles_without_the_key(write: Write, home: Path, example: Path, iamgen: Iamgen) -> None:
    write()
    credentials = (home / ".aws/credentials").read_text()
    users = (example / "users.py").read_text()
    (example / "users.py").write_text(users.replace('("OpsR", "ReadR"), "prod": "ReadR"', '"OpsR", "prod": "OpsR"'))
    done = iamgen(example, "bootstrap", "--user", "bob", "--keep-key", "--write", "--yes")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if line.startswith(("  +", "  -", "  ~"))] == [
        "  + [profile example-prod_ops]", "  - [profile example-dev_read]", "  - [profile example-prod_read]",
    ]  # fmt: skip
    config = (home / ".aws/config").read_text()
    assert "example-prod_ops" in config
    assert "_read]" not in config
    assert (home / ".aws/credentials").read_text() == credentials


def test_a_link_stays_a_link(write: Write, home: Path, tmp_path: Path) -> None:
    (home / ".aws").mkdir(parents=True)
    (tmp_path / "dotfiles").write_text("[work]\nx = 1\n")
    (home / ".aws/config").symlink_to(tmp_path / "dotfiles")
    assert write().returncode == 0
    assert (home / ".aws/config").is_symlink()
    assert (tmp_path / "dotfiles").read_text().startswith("[work]\nx = 1\n\n[default]\n")
    assert mode(tmp_path / "dotfiles") == 0o600


def test_a_file_that_others_may_read_is_closed(write: Write, at_home: Path) -> None:
    write()
    (at_home / "credentials").chmod(0o644)
    done = write()
    assert "~/.aws/credentials\n  = 1 section as it should be\n  ~ mode 0600: others may read it now\n" in done.stderr
    assert mode(at_home / "credentials") == 0o600


def test_files_that_are_elsewhere(write: Write, home: Path, tmp_path: Path) -> None:
    done = write(
        AWS_CONFIG_FILE=str(tmp_path / "a/config"),
        AWS_SHARED_CREDENTIALS_FILE="~/keys",
        HOME=str(home),
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a/config").exists()
    assert sorted(files(home)) == ["keys"]


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (
            {"AWS_CONFIG_FILE": "/dev/null"},
            "error: /dev/null: it is no regular file\nhint: name another in the environment\n",
        ),
        (
            {"AWS_CONFIG_FILE": "~/x", "AWS_SHARED_CREDENTIALS_FILE": "~/x"},
            "error: ~/x: config and credentials are one file\n",
        ),
        (
            {"AWS_CONFIG_FILE": "/dev/null/x"},
            "error: /dev/null/x: cannot be read: Not a directory\nhint: it has to be a file of yours\n",
        ),
    ],
)
def test_places_that_cannot_be(env: dict[str, str], message: str, write: Write, home: Path) -> None:
    done = write(**env)
    assert done.returncode == 1
    assert message in done.stderr
    assert not home.exists()


def test_a_file_with_a_section_twice_is_refused(write: Write, at_home: Path) -> None:
    (at_home / "config").write_text("[default]\nx = 1\n[default]\n")
    done = write()
    assert done.returncode == 1
    assert "error: ~/.aws/config: it has [default] on lines 1 and 3\nhint: keep one of the two\n" in done.stderr
    assert (at_home / "credentials").read_text() == THEIRS["credentials"]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b"region = x\n[default]\nregion = us-east-1\n", "1: the AWS CLI cannot read this file: the line is neither"),
        (b"[a]\ns3 =\n  x = 1\n  junk\n", "4: the AWS CLI cannot read this file: the line is neither"),
        (b"\xef\xbb\xbf[a]\nx = 1\n", "1: the AWS CLI cannot read this file: it begins with a byte order mark"),
        (b"[a]\nx = 1\n[a]\n", "3: the AWS CLI cannot read this file: [a] stands on line 1 already"),
    ],
)
@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_a_file_that_the_aws_cli_cannot_read_stays(
    config: bytes, message: str, option: str, write: Write, at_home: Path
) -> None:
    (at_home / "config").write_bytes(config)
    done = write(option)
    assert done.returncode == 1
    assert f"error: ~/.aws/config:{message}" in done.stderr
    assert "; nothing was written\n" in done.stderr
    assert (at_home / "config").read_bytes() == config
    assert (at_home / "credentials").read_text() == THEIRS["credentials"]


def test_an_indented_file_keeps_its_profiles(write: Write, at_home: Path, environment: dict[str, str]) -> None:
    """However often it is written to, and read as the AWS CLI reads it."""
    from botocore.configloader import load_config

    theirs = (
        "  [default]\n  region = us-east-1\n\n  [profile work]\n  output = json\n\n  [profile play]\n  output = text\n"
    )
    (at_home / "config").write_text(theirs)
    for _ in range(3):
        assert write("--replace").returncode == 0
        profiles = load_config(str(at_home / "config"))["profiles"]
        assert (profiles["work"], profiles["play"]) == ({"output": "json"}, {"output": "text"})
        assert profiles["default"]["s3"]["max_queue_size"] == "1000"
        assert profiles["example-dev_ops"]["source_profile"] == "example-users"
    assert "nothing to change" in write().stderr


def test_bytes_that_are_no_utf_8_stay_and_are_told(write: Write, at_home: Path) -> None:
    (at_home / "config").write_bytes(b"# caf\xe9\r\n[work]\r\nx = 1\r\n")
    done = write()
    assert done.returncode == 0
    message = "warning: ~/.aws/config:1: the AWS CLI cannot read this file: the byte 0xE9 is no UTF-8\n"
    assert f"{message}hint: save the file as UTF-8\n" in done.stderr
    assert (at_home / "config").read_bytes().startswith(b"# caf\xe9\r\n[work]\r\nx = 1\r\n\r\n[default]\r\n# iamgen")


def test_a_nested_line_that_the_aws_cli_cannot_read_is_refused(write: Write, at_home: Path, example: Path) -> None:
    (example / "aws-cli.config.tpl").write_text("[default]\ns3 =\n  max_queue_size = 1\n  use_accelerate_endpoint\n")
    before = (at_home / "config").read_bytes()
    done = write()
    assert done.returncode == 1
    assert "error: aws-cli.config.tpl:4: the AWS CLI cannot read what it makes: the line is neither" in done.stderr
    assert "what another says\nhint: mend the line\n" in done.stderr
    assert (at_home / "config").read_bytes() == before


def test_a_source_without_a_role_is_warned_about(write: Write, example: Path) -> None:
    (example / "aws-cli.config.tpl").write_text("[default]\nregion = x\n\n[profile a]\nsource_profile = a\n")
    done = write("--dry-run")
    assert done.returncode == 0
    problem = "has a source_profile and no role_arn: programs in Go refuse it, such as Terraform"
    assert (
        f"warning: aws-cli.config.tpl:4: [profile a] {problem}\nhint: leave the line source_profile out\n"
        in done.stderr
    )
    assert "source_profile = ${AWS_ACCOUNT_NAME}" not in (ROOT / "aws-cli.config.tpl").read_text()


def test_nothing_is_written_when_one_file_cannot_be(write: Write, at_home: Path) -> None:
    (at_home / "config").unlink()
    (at_home / "config").symlink_to("nowhere/config")
    done = write()
    assert done.returncode == 1
    assert "cannot be written: No such file or directory" in done.stderr
    assert (at_home / "credentials").read_text() == THEIRS["credentials"]
    assert sorted(p.name for p in at_home.iterdir()) == ["config", "credentials"]


# the guide


def test_the_guide(example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", "--guide")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# First day of bob\n")
    for sentence in (
        "<https://111111111111.signin.aws.amazon.com/console>",
        "Name the device `bob`",
        "<https://console.aws.amazon.com/iam/home#/security_credentials>",
        "iamgen bootstrap --user bob --access-key-id AKIA… --write",
        "- [example-prod ReadR](https://signin.aws.amazon.com/switchrole?account=333333333333&",
        "aws sts get-caller-identity --profile example-prod_read\n",
    ):
        assert sentence in done.stdout
    assert done.stdout.endswith("\n")


def test_a_guide_of_the_repositorys_own(example: Path, iamgen: Iamgen) -> None:
    (example / "templates").mkdir()
    (example / "templates/first-day.md.j2").write_text("Welcome, {{ user }}!\n{{ nope }}")
    done = iamgen(example, "bootstrap", "--user", "bob", "--guide")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: templates/first-day.md.j2:2:4: 'nope' is undefined\n")
    (example / "templates/first-day.md.j2").write_text("Welcome, {{ user }}!\n")
    assert iamgen(example, "bootstrap", "--user", "bob", "--guide", "-o", "bob.md").returncode == 0
    assert (example / "bob.md").read_text() == "Welcome, bob!\n"


def test_a_run_as_nobody_elses_umask(write: Write, home: Path) -> None:
    before = os.umask(0)
    try:
        write()
    finally:
        os.umask(before)
    assert mode(home / ".aws/credentials") == 0o600


# what a review found


def test_nobody_is_asked_for_a_secret_before_the_templates_are_sound(example: Path, at_terminal: At) -> None:
    (example / "aws-cli.config.tpl").write_text("$NOPE\n")
    code, screen = at_terminal(example, [*IAMGEN, "--user", "bob", *KEY, "--write"], [])
    assert code == 1
    assert "Secret of" not in screen


def test_nobody_is_asked_for_a_secret_that_no_template_has(example: Path, iamgen: Iamgen) -> None:
    (example / "aws-cli.config.tpl").write_text("[$AWS_ACCESS_KEY_ID]\n")
    done = iamgen(example, "bootstrap", "--user", "bob", *KEY, "--only", "config")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"[{ID}]\n", "")


def test_a_secret_typed_after_a_dash_is_not_shown(example: Path, at_terminal: At, home: Path) -> None:
    command = [*IAMGEN, "--user", "bob", *KEY, "--secret-access-key", "-", "--write", "--yes"]
    code, screen = at_terminal(example, command, [(f"Secret of {ID}: ", SECRET)])
    assert code == 0, screen
    assert SECRET not in screen
    assert SECRET in (home / ".aws/credentials").read_text()


def test_the_end_of_input_at_the_question_for_a_secret(example: Path, at_terminal: At, home: Path) -> None:
    code, screen = at_terminal(example, [*IAMGEN, "--user", "bob", *KEY, "--write"], [(f"Secret of {ID}: ", "\x04")])
    assert code == 130
    assert screen.endswith("interrupted\n")
    assert not home.exists()


def test_nothing_is_left_once_the_only_change_is_declined(
    example: Path, iamgen: Iamgen, at_terminal: At, home: Path
) -> None:
    (example / "aws-cli.config.tpl").write_text("[default]\nregion = eu-west-1\n")
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/config").write_text("[default]\nregion = us-east-1\n")
    (home / ".aws/config").chmod(0o600)
    command = [*IAMGEN, "--user", "bob", "--keep-key", "--write"]
    code, screen = at_terminal(example, command, [(ASKED, "n")])
    assert code == 1
    assert "Write this?" not in screen
    assert screen.endswith("nothing was written\n")


def test_a_copy_of_a_section_is_the_persons(write: Write, home: Path) -> None:
    write()
    config = home / ".aws/config"
    section = config.read_text().partition("[profile example-dev_read]\n")[2].partition("\n\n")[0]
    with config.open("a") as more:
        more.write(f"\n[profile copy]\n{section}\n")
    before = config.read_text()
    assert write().stderr.endswith("nothing to change\n")
    assert config.read_text() == before


def test_a_second_repository_leaves_the_first_ones_profiles(write: Write, example: Path, home: Path) -> None:
    write()
    before = (home / ".aws/config").read_text()
    for name, old, new in (
        ("users.py", "Settings(", 'Settings(stack="team", '), ("CONST.inc", "=example-", "=team-"), ("CONST.inc", "=infra-", "=team-")
    ):  # fmt: skip
        (example / name).write_text((example / name).read_text().replace(old, new))
    done = write()
    assert done.returncode == 0, done.stderr
    assert "  - [" not in done.stderr
    after = (home / ".aws/config").read_text()
    assert after[after.index("[profile example-users]") :].startswith(before[before.index("[profile example-users]") :])
    assert "[profile team-dev_ops]\n# iamgen bootstrap bob@111111111111/team " in after


def test_somebody_elses_sections_are_shown_and_asked_about(write: Write, example: Path, iamgen: Iamgen) -> None:
    write()
    done = iamgen(example, "bootstrap", "--user", "carol", *KEY, "--write", "--dry-run", AWS_SECRET_ACCESS_KEY="other")
    assert "  ~ [example-users]   # written for bob@111111111111/infra\n" in done.stderr


def test_a_template_without_role_profiles_removes_none(write: Write, example: Path) -> None:
    write()
    template = example / "aws-cli.config.tpl"
    template.write_text(template.read_text().replace("${AWS_ROLE_PROFILES}", ""))
    assert write().stderr.endswith("nothing to change\n")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("x = 1\n[default]\nregion = x\n", "aws-cli.config.tpl:1: the AWS CLI cannot read what it makes"),
        ("${AWS_ROLE_PROFILES}\n\n[default]\njunk\n", "aws-cli.config.tpl:4: the AWS CLI cannot read what it makes"),
        ("[default]\nx = 1\nx = 2\n", "aws-cli.config.tpl:3: the AWS CLI cannot read what it makes"),
        ("[default]\n[default]\n", "aws-cli.config.tpl: it makes [default] twice"),
        (
            "[profile a b]\n",
            "aws-cli.config.tpl:1: it makes [profile a b], and not every program that reads ~/.aws knows such",
        ),
    ],
)
def test_a_template_that_would_break_the_file(
    template: str, message: str, write: Write, example: Path, home: Path
) -> None:
    (example / "aws-cli.config.tpl").write_text(template)
    done = write()
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {message}")
    assert ("hint: its name should be of letters, digits and _@+.%:/-\n" in done.stderr) == ("profile" in template)
    assert not home.exists()


LOGIN = "login_session = arn:aws:iam::111111111111:user/bob"


def without_key(example: Path, iamgen: Iamgen, *options: str) -> subprocess.CompletedProcess[str]:
    return iamgen(example, "bootstrap", "--user", "bob", *options, "--write", "--yes")


def test_a_profile_that_signs_in_with_aws_login(example: Path, iamgen: Iamgen, home: Path) -> None:
    done = without_key(example, iamgen, "--login")
    assert done.returncode == 0, done.stderr
    assert sorted(files(home)) == [".aws/config"]
    config = (home / ".aws/config").read_text()
    assert f"\nregion = eu-west-1\n{LOGIN}\n\n[profile example-dev_ops]\n" in config
    assert (
        "next: aws login --profile example-users, then aws sts get-caller-identity --profile example-dev_read\n"
        in done.stderr
    )
    again = without_key(example, iamgen, "--keep-key")
    assert again.stderr.endswith("nothing to change\n")
    assert "warning" not in again.stderr


def test_login_is_of_the_users_own_path(example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "dave", "--login", "--only", "config")
    assert "\nregion = eu-west-1\nlogin_session = arn:aws:iam::111111111111:user/auditors/dave\n" in done.stdout


def test_a_command_that_prints_credentials(example: Path, iamgen: Iamgen, home: Path) -> None:
    without_key(example, iamgen, "--login")
    done = without_key(example, iamgen, "--credential-process", "/opt/keys --of bob")
    assert done.returncode == 0, done.stderr
    assert "/opt/keys" not in done.stderr
    config = (home / ".aws/config").read_text()
    assert "\nregion = eu-west-1\ncredential_process = /opt/keys --of bob\n\n" in config
    assert "login_session" not in config


def test_a_session_of_identity_center(example: Path, iamgen: Iamgen, home: Path) -> None:
    done = without_key(example, iamgen, "--sso-session", "corp", "--sso-role", "Dev")
    assert done.returncode == 0, done.stderr
    assert (
        "\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Dev\n"
        in (home / ".aws/config").read_text()
    )
    assert (
        "warning: --sso-session: the roles that iamgen generates trust IAM users with MFA, and no session of IAM "
        "Identity Center\nhint: it is for roles of your own that trust the session\n"
    ) in done.stderr
    assert "next: aws sso login --profile example-users, then" in done.stderr


def test_what_aws_login_and_others_added_stays(write: Write, example: Path, iamgen: Iamgen, home: Path) -> None:
    without_key(example, iamgen, "--keep-key")
    config = home / ".aws/config"
    added = config.read_text().replace(
        "\n\n[profile example-dev_ops]", f"\noutput = json\n{LOGIN}\n\n[profile example-dev_ops]"
    )
    config.write_text(added)
    assert without_key(example, iamgen, "--keep-key").stderr.endswith("nothing to change\n")
    constants = (example / "CONST.inc").read_text()
    (example / "CONST.inc").write_text(constants.replace("eu-west-1", "eu-west-2"))
    assert without_key(example, iamgen, "--keep-key").returncode == 0
    assert f"\nregion = eu-west-2\noutput = json\n{LOGIN}\n\n" in config.read_text()


def test_a_stored_key_comes_before_what_was_chosen(write: Write, example: Path, iamgen: Iamgen) -> None:
    write()
    done = without_key(example, iamgen, "--login")
    assert (
        "warning: ~/.aws/credentials: the key of example-users comes before what you chose, as long as it is stored\n"
        "hint: remove [example-users] there, and delete the key in AWS; `aws login` refuses a profile that has one\n"
    ) in done.stderr


def test_a_template_without_the_persons_own_profile_gets_one(seed: Path, iamgen: Iamgen) -> None:
    (seed / "aws-cli.config.tpl").write_text("[default]\nregion = $GLOBAL_AWS_REGION")
    done = iamgen(seed, "bootstrap", "--user", "a", "--credential-process", "keys", "--only", "config")
    assert done.stdout == "[default]\nregion = eu-west-1\n\n[profile myawsaccount]\ncredential_process = keys\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--login", "--sso-session", "a", "--sso-role", "b"],
            "--login: it does not go together with --sso-session\nhint: choose one of them\n",
        ),
        (
            ["--sso-session", "a"],
            "--sso-session: a session of IAM Identity Center and its role belong together\n"
            "hint: name both: --sso-session NAME --sso-role NAME\n",
        ),
        (["--sso-role", "a"], "--sso-session: a session of IAM Identity Center and its role belong together"),
        (["--login", *KEY], "--login: it is for a profile without a stored key"),
        (
            ["--login", "--keep-key"],
            "--login: it is for a profile without a stored key\nhint: leave out --keep-key\n",
        ),
        (
            ["--credential-process", "x # y"],
            "credential_process: its value is not read alike by every program\n"
            "hint: leave out line ends, blanks around it, and # and ; after a blank: programs take them for a comment\n",
        ),
        (["--credential-process", ""], "credential_process: its value is not read alike by every program"),
        (["--credential-process", "a\nb"], "credential_process: its value is not read alike by every program"),
    ],
)
def test_a_source_of_credentials_that_cannot_be(
    options: list[str], message: str, example: Path, iamgen: Iamgen, home: Path
) -> None:
    done = without_key(example, iamgen, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {message}" in done.stderr
    assert not home.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--login"], "--login: it is about ~/.aws/config\nhint: add --write, or --only config"),
        (["--login", "--only", "credentials"], "--login: it is about ~/.aws/config"),
        (["--replace"], "--replace: it is for --write\nhint: add --write, or leave it out"),
    ],
)
def test_options_that_are_about_writing(options: list[str], message: str, example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: {message}" in done.stderr


def test_warnings_are_about_the_person_and_the_accounts(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo(
        'from iamgen import *\nOPS_SERVICES = ("s3",)\n'
        'ROLES = (Role("DataR", emergency=Emergency("INC-1", until="2027-01-01", template="x.json.j2")),)\n'
        'USERS = (User("bob", {"dev": Grant("ReadR", until="2020-01-01")}),'
        ' User("bobby", {"dev": Grant("ReadR", until="2020-01-01")}))'
    )
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/x.json.j2").write_text("{}")
    done = iamgen(root, "bootstrap", "--user", "bob")
    assert [line for line in done.stderr.splitlines() if line.startswith("warning")] == [
        "warning: users.py:4:36: bob's ReadR in dev ended at the end of 2020-01-01 (UTC): left out"
    ]


def test_a_file_that_changed_meanwhile_is_not_overwritten(
    example: Path, at_home: Path, environment: dict[str, str]
) -> None:
    import pexpect

    command = [*IAMGEN[1:], "--user", "bob", *KEY, "--write"]
    env = {**environment, "AWS_SECRET_ACCESS_KEY": SECRET}
    child = pexpect.spawn(IAMGEN[0], command, cwd=str(example), env=env, encoding="utf-8", timeout=30)
    child.expect_exact(ASKED)
    child.sendline("y")
    child.expect_exact("Write this?")
    (at_home / "config").write_text("[other]\n")
    child.sendline("y")
    child.expect_exact("~/.aws/config: it was changed meanwhile, by something else")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 1
    assert files(at_home) == {**THEIRS, "config": "[other]\n"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_is_still_the_persons(write: Write, at_home: Path) -> None:
    for path in (at_home, *at_home.iterdir()):
        os.chown(path, 1234, 1234)
    write()
    assert {path.name: path.stat().st_uid for path in at_home.iterdir()} == dict.fromkeys(
        [*THEIRS, *(f"{name}.20261123T120000Z.bak" for name in THEIRS)], 1234
    )


def test_a_file_that_a_group_may_read_is_closed(write: Write, at_home: Path) -> None:
    write()
    (at_home / "config").chmod(0o640)
    write()
    assert mode(at_home / "config") == 0o600


def test_a_place_with_a_variable_in_it(write: Write, home: Path) -> None:
    assert write(AWS_CONFIG_FILE="$HOME/${WHERE}/config", WHERE="x", HOME=str(home)).returncode == 0
    assert (home / "x/config").exists()


def test_a_template_that_is_no_utf_8_is_printed_in_any_locale(seed: Path, environment: dict[str, str]) -> None:
    (seed / "aws-cli.config.tpl").write_bytes(b"# caf\xe9 \xc3\xa9 $AWS_USER\n")
    env = {**environment, "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run(
        [*IAMGEN, "--user", "a", "--only", "config"], cwd=seed, env=env, capture_output=True, check=True
    )
    assert done.stdout == b"# caf\xe9 \xc3\xa9 a\n"


def test_a_declaration_that_goes_elsewhere(example: Path, iamgen: Iamgen) -> None:
    users = (example / "users.py").read_text()
    (example / "users.py").write_text(f"import os\nos.chdir('/')\n{users}")
    done = iamgen(example, "bootstrap", "--user", "bob", "--config-tpl-file", "aws-cli.config.tpl", "--only", "config")
    assert done.returncode == 0, done.stderr
    assert iamgen(example, "bootstrap", "--user", "bob", "-o", "here.md").returncode == 0
    assert (example / "here.md").exists()


def test_a_dry_run_writes_no_page(example: Path, iamgen: Iamgen) -> None:
    done = iamgen(example, "bootstrap", "--user", "bob", "--guide", "-o", "bob.md", "--dry-run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "bob.md would be written\n")
    assert not (example / "bob.md").exists()


def test_an_account_name_that_is_stated(example: Path, iamgen: Iamgen) -> None:
    (example / "aws-cli.config.tpl").write_text("$AWS_ACCOUNT_NAME\n")
    with (example / "CONST.inc").open("a") as const:
        const.write("AWS_ACCOUNT_NAME=stated\n")
    assert iamgen(example, "bootstrap", "--user", "bob", "--only", "config").stdout == "stated\n"
    other = iamgen(example, "bootstrap", "--user", "bob", "--only", "config", "--account", "mine")
    assert other.stdout == "mine\n"


def test_a_stand_in_with_two_names(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    const = (
        "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nDEV_AWS_ACCOUNT_NAME=acme-dev\n"
        "USER_ONLY_AWS_ACCOUNT_ID=222222222222\nUSER_ONLY_AWS_ACCOUNT_NAME=acme-people\n"
    )
    root = make_repo('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": "ReadR"}),)', const)
    (root / "aws-cli.config.tpl").write_text("$AWS_ACCOUNT_NAME\n$AWS_ROLE_PROFILES\n")
    lines = iamgen(root, "bootstrap", "--user", "bob", "--only", "config").stdout.splitlines()
    assert lines[:2] == ["acme-people", "[profile acme-dev_read]"]
    assert "mfa_serial = arn:aws:iam::222222222222:mfa/bob" in lines


def test_an_alias_that_is_another_accounts_name(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    const = (
        "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\n"
        "A_DEV_AWS_ACCOUNT_ID=222222222222\nA_DEV_AWS_ACCOUNT_NAME=prod\n"
        "B_DEV_AWS_ACCOUNT_ID=333333333333\nB_DEV_AWS_ACCOUNT_NAME=acme\n"
        "PROD_AWS_ACCOUNT_ID=444444444444\nPROD_AWS_ACCOUNT_NAME=acme\n"
    )
    root = make_repo('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"*": "ReadR"}),)', const)
    (root / "aws-cli.config.tpl").write_text("${AWS_ROLE_PROFILES}\n")
    done = iamgen(root, "bootstrap", "--user", "bob", "--only", "config")
    assert [line for line in done.stdout.splitlines() if line.startswith("[")] == [
        "[profile a-dev_read]", "[profile b-dev_read]", "[profile prod_read]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--user", "two words"], "error: --user: no IAM user can be called 'two words'\n"),
        (["--user", "x" * 65], "error: --user: no IAM user can be called 'xxx"),
        (["--user", "a", "--account", " x"], "knows a profile called ' x'\n"),
        (["--user", "a", "--account", ""], "knows a profile called ''\n"),
        (["--user", "a", "--guide", "--json"], "error: --guide: it does not go together with --json\n"),
        (
            ["--user", "a", "--only", "config", "--all-roles"],
            "error: --only: it does not go together with --all-roles\n",
        ),
        (["--user", "a", "--json", "--format", "html"], "error: --json: it is not --format html\n"),
        (["--user", "a", *KEY, "--json"], "error: bootstrap: --format and -o are about links alone\n"),
        ([], "error: bootstrap: it does not say for whom\nhint: name the person: iamgen bootstrap bob\n"),
        (["a", "--user", "b"], "error: bootstrap: it is for one person\n"),
    ],
)
def test_wrong_usage(options: list[str], message: str, seed: Path, iamgen: Iamgen) -> None:
    done = iamgen(seed, "bootstrap", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_the_guide_names_the_profiles_that_there_will_be(seed: Path, iamgen: Iamgen) -> None:
    with (seed / "aws-cli.config.tpl").open("a") as template:
        template.write("\n[profile 'two words']\nrole_arn = x\n")
    done = iamgen(seed, "bootstrap", "--user", "andrei", "--guide")
    assert [line.partition("--profile ")[2] for line in done.stdout.splitlines() if "--profile" in line] == [
        "myawsaccount_read", "'two words'",
    ]  # fmt: skip


def test_a_folder_that_has_neither_file(tmp_path: Path, iamgen: Iamgen) -> None:
    done = iamgen(tmp_path, "bootstrap", "--user", "bob")
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"error: {tmp_path}: there is no users.py and no CONST.inc here or in a folder above\n"
    )


def test_a_key_that_may_be_mistyped(example: Path, iamgen: Iamgen) -> None:
    options = ["--access-key-id", ID[:-1], "--only", "credentials"]
    done = iamgen(example, "bootstrap", "--user", "bob", *options, AWS_SECRET_ACCESS_KEY=SECRET)
    assert done.returncode == 0
    assert done.stderr == (
        "warning: --access-key-id: AWS's ids of a person's key are AKIA and 16 letters and digits; this is none\n"
        "hint: look whether it is whole\n"
    )


def test_role_profiles_without_a_key(example: Path, iamgen: Iamgen, write: Write) -> None:
    options = ["--user", "bob", "--keep-key", "--write", "--dry-run"]
    without = iamgen(example, "bootstrap", *options)
    assert without.stderr.startswith(
        "warning: ~/.aws/credentials: there is no key of example-users, which the role profiles begin with\n"
        "hint: name it: --access-key-id AKIA…, without --keep-key; or do without a key: --login\n"
    )
    write()
    assert "warning" not in iamgen(example, "bootstrap", *options).stderr
