"""`iamgen render` as a person types it: what comes out where, the exit code, and nothing half-written."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest
import yaml

from iamgen.aws.services import known_services
from iamgen.declaration.load import load
from iamgen.errors import IamgenError

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]

# a rule of the repository's own that no template here can satisfy
FAILING_RULE = 'AWS::IAM::Role MaxSessionDuration >= 99999 ERROR "too short"\n'


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as nobody for a while where the tests run as root, whom no permission stops."""
    if os.geteuid() != 0:
        yield
        return
    known_services()  # read while it can be: where the tests lie, nobody may have no way in
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_one_account_goes_to_stdout(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), "render", "dev", "--no-lint")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(json.loads(done.stdout)["Resources"]) == {"AdminR", "OpsP", "OpsR", "ReadR"}


def test_a_template_is_linted_and_remembered(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo()
    first, second = (iamgen(root, "render", "prod", XDG_CACHE_HOME=str(tmp_path / "cache")) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert files(tmp_path / "cache") != []


def test_no_cache_leaves_no_trace(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    done = iamgen(make_repo(), "render", "prod", "--no-cache", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 0
    assert not (tmp_path / "cache").exists()


def test_several_accounts_go_to_files(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo()
    done = iamgen(root, "render", "--all", "--no-lint", "-o", str(tmp_path / "a" / "out"))
    assert (done.returncode, done.stdout) == (0, "")
    written = ", ".join(f"{tmp_path}/a/out/{name}/infra.json" for name in ("user-only", "dev", "prod"))
    assert done.stderr == f"written: {written}\nnext: iamgen check, for these templates were not checked\n"
    assert files(tmp_path / "a" / "out") == ["dev/infra.json", "prod/infra.json", "user-only/infra.json"]
    element = iamgen(root, "render", "dev", "--no-lint").stdout
    assert (tmp_path / "a/out/dev/infra.json").read_text() == element


def test_what_was_written_and_what_is_next(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    (root / "CONST.inc").write_text((root / "CONST.inc").read_text() + "TEST_AWS_ACCOUNT_ID=444444444444\n")
    following = "next: iamgen deploy ACCOUNT --dry-run shows what the templates would change in AWS\n"
    done = iamgen(root, "render", "dev", "-o", "a\033b")
    assert (done.returncode, done.stderr) == (0, f"written: a\\x1bb/dev/infra.json\n{following}")
    done = iamgen(root, "render", "--all", "--format", "yaml", "-o", "build")
    assert done.stderr == f"written: build/*/infra.yaml, the templates of 4 accounts\n{following}"


def test_yaml(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo()
    done = iamgen(root, "render", "dev", "--format", "yaml")
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout) == json.loads(iamgen(root, "render", "dev", "--no-lint").stdout)
    iamgen(root, "render", "dev", "prod", "--no-lint", "--format", "yaml", "-o", str(tmp_path / "out"))
    assert files(tmp_path / "out") == ["dev/infra.yaml", "prod/infra.yaml"]


def test_the_file_is_called_as_the_stack_is(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo('from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=()\nSETTINGS=Settings(stack="access")')
    iamgen(root, "render", "dev", "--no-lint", "-o", str(tmp_path / "out"))
    assert files(tmp_path / "out") == ["dev/access.json"]


def test_the_stand_in_answers_to_user_only(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
    root = make_repo(const=const)
    by_role, by_name = (iamgen(root, "render", name, "--no-lint").stdout for name in ("user-only", "dev"))
    assert by_role == by_name
    done = iamgen(root, "render", "user-only", "dev", "prod", "--no-lint", "-o", str(tmp_path / "out"))
    assert done.returncode == 0
    assert files(tmp_path / "out") == ["dev/infra.json", "prod/infra.json"]


def test_from_a_folder_within_and_from_one_elsewhere(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo()
    (root / "templates" / "policies").mkdir(parents=True)
    here = iamgen(root, "render", "dev", "--no-lint").stdout
    assert iamgen(root / "templates" / "policies", "render", "dev", "--no-lint").stdout == here
    assert iamgen(tmp_path, "-C", str(root), "render", "dev", "--no-lint").stdout == here


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["render"], "error: render: it takes either accounts or --all\nhint: such as: iamgen render dev\n"),
        (["render", "dev", "--all"], "error: render: it takes either accounts or --all\n"),
        (["render", "dve"], "error: dve: there is no such account\nhint: did you mean dev?\n"),
        (["render", "qqq"], "error: qqq: there is no such account\nhint: CONST.inc declares user-only, dev, prod\n"),
        (
            ["render", "--all"],
            "error: render: several templates do not go to stdout\nhint: name a folder for them: -o build\n",
        ),
        (
            ["render", "dev", "--formt", "yaml"],
            "error: iamgen render --formt: there is no such option\nhint: did you mean --format?\n",
        ),
        (["rendr"], "error: iamgen rendr: there is no such command\nhint: did you mean render?\n"),
        (["-C", "/no/such/folder", "render", "dev"], "error: iamgen: Invalid value for '-C'"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_no_users_file(tmp_path: Path, iamgen: Iamgen) -> None:
    done = iamgen(tmp_path, "render", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        "there is no users.py here or in a folder above\nhint: go to your repository, name it with -C, or begin one: iamgen init\n"
        in done.stderr
    )


def test_a_repository_is_not_taken_for_the_one_around_it(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    (root / "company").mkdir()
    (root / "company/CONST.inc").write_text("")
    done = iamgen(root / "company", "render", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("/company: there is a CONST.inc but no users.py\nhint: write users.py beside it\n")


def test_no_constants_file(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    (root / "CONST.inc").unlink()
    done = iamgen(root, "render", "dev")
    assert done.returncode == 1
    assert done.stderr.count("error:") == 1
    assert done.stderr.startswith("error: CONST.inc: ")


def test_a_fault_has_no_traceback(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo("1/0"), "render", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: users.py:1:1: ZeroDivisionError: division by zero\n"
        "   1 | 1/0\n     | ^^^\nhint: python users.py shows how it came to this\n"
    )


@pytest.mark.parametrize(
    ("file", "message"),
    [("users.py", "cannot be read: Permission denied"), ("CONST.inc", "no permission to read the file")],
)
def test_an_unreadable_file(file: str, message: str, make_repo: MakeRepo) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(make_repo(), Path(folder, "repo"))).resolve()
        root.parent.chmod(0o755)
        for path in (root, *root.iterdir()):
            os.chown(path, NOBODY if os.geteuid() == 0 else -1, -1)
        (root / file).chmod(0)
        with unprivileged(), pytest.raises(IamgenError, match=f"{file}: {message}"):
            load(root, datetime(2026, 11, 23, tzinfo=UTC))


def test_an_error_of_cfn_lint_replaces_no_file(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root, out = make_repo(), tmp_path / "out"
    assert iamgen(root, "render", "--all", "-o", str(out), "--no-lint").returncode == 0
    before = {name: (out / name).read_text() for name in files(out)}
    (root / "users.py").write_text((root / "users.py").read_text().replace('"ReadR"', '"AdminR"'))
    (root / "rules.txt").write_text(FAILING_RULE)
    (root / ".cfnlintrc").write_text("custom_rules: rules.txt\n")
    done = iamgen(root, "render", "--all", "-o", str(out))
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: prod Resources/AdminR" in done.stderr
    assert "too short" in done.stderr
    assert before == {name: (out / name).read_text() for name in files(out)}
    assert iamgen(root, "render", "dev").stdout == ""


def test_a_place_that_is_not_writable(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = iamgen(make_repo(), "render", "dev", "--no-lint", "-o", str(tmp_path / "file" / "out"))
    assert done.returncode == 1
    assert "cannot be written: Not a directory\nhint: nothing was written" in done.stderr


def test_a_folder_where_a_file_should_be(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    (tmp_path / "out/prod/infra.json").mkdir(parents=True)
    done = iamgen(make_repo(), "render", "--all", "--no-lint", "-o", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "infra.json: cannot be written: it is a folder" in done.stderr
    assert files(tmp_path / "out") == []
    assert not (tmp_path / "out/dev").exists()


def test_a_full_disk_leaves_nothing_half_written(
    make_repo: MakeRepo, environment: dict[str, str], tmp_path: Path
) -> None:
    """A file may not grow beyond 1,000 bytes here: the system refuses the write as a full disk does."""
    root, out = make_repo(), tmp_path / "out"
    (out / "dev").mkdir(parents=True)
    (out / "dev/infra.json").write_text("before")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    done = subprocess.run(
        [sys.executable, "-m", "iamgen", "render", "--all", "--no-lint", "-o", str(out)],
        cwd=root, env=environment, capture_output=True, text=True, preexec_fn=small_files, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "infra.json: cannot be written: File too large" in done.stderr
    assert files(out) == ["dev/infra.json"]
    assert (out / "dev/infra.json").read_text() == "before"
    assert [path.name for path in out.iterdir()] == ["dev"]


def test_a_full_stdout(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "iamgen", "render", "dev", "--no-lint"],
            cwd=make_repo(), env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("error: stdout: cannot be written: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_is_no_bug(closed: str, make_repo: MakeRepo, environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m iamgen render dev --no-lint {closed}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=make_repo(), env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "" or json.loads(done.stdout)


def test_users_that_look_alike_have_groups_of_their_own(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    names = ("ci", "ci-g", "cig", "abc", "ab-c", "ci-p", "CI.p")
    users = (
        'from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=()\n'
        f'CI_USERS=tuple(CIUser(name, {{"dev": "OpsR"}}) for name in {names})'
    )
    done = iamgen(make_repo(users), "render", "dev", "--no-lint")
    assert (done.returncode, done.stderr) == (0, "")
    groups = [
        entry["Properties"]["GroupName"].casefold()
        for entry in json.loads(done.stdout)["Resources"].values()
        if entry["Type"] == "AWS::IAM::Group"
    ]
    assert len(set(groups)) == len(names)


def test_output_is_taken_from_where_the_person_is(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo('import os\nos.chdir("/")\nfrom iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=()')
    assert iamgen(root, "render", "dev", "--no-lint", "-o", "out").returncode == 0
    assert files(root / "out") == ["dev/infra.json"]


def test_a_reader_that_leaves_is_no_bug(make_repo: MakeRepo, environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m iamgen render dev --no-lint | true"
    done = subprocess.run(
        ["bash", "-c", command], cwd=make_repo(), env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_a_trust_that_does_not_fit_says_by_how_much(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = 'from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=tuple(User(f"user-{n:04}", {"*": "ReadR"}) for n in range(60))'
    done = iamgen(make_repo(users), "render", "--all", "-o", "build")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "".join(
        f"error: {account} ReadR: its trust policy for 60 principals has 2,746 characters, 698 over the quota of 2,048\n"
        'hint: with Settings(trust="names") it has 953; once AWS has raised the quota, with '
        "Settings(trust_policy_quota=8192) it fits; or grant the role to fewer\n"
        for account in ("dev", "prod")
    )


def test_more_people_than_a_template_has_resources(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        'from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=tuple(User(f"u{n}", {}) for n in range(500))\n'
        'SETTINGS=Settings(users="stack")'
    )
    done = iamgen(make_repo(users), "render", "user-only")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "error: user-only: its template has 506 resources, and 500 is CloudFormation's limit\n"
    )


def test_a_grant_that_ended_is_warned_about(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    users = (
        'from iamgen import *\nOPS_SERVICES=("s3",)\nUSERS=(\n    User("a", {"dev": Grant("OpsR", until="2026-11-22")}),\n'
        '    User("b", {"*": "OpsR", "dev": Grant("OpsR", until="2026-11-24")}),\n)'
    )
    root = make_repo(users)
    done = iamgen(root, "render", "dev", "--no-lint")
    assert done.returncode == 0
    assert done.stderr == (
        "warning: users.py:4:29: a's OpsR in dev ended at the end of 2026-11-22 (UTC): left out\nhint: remove the grant\n"
        "warning: users.py:5:42: b's OpsR in dev does not end at the end of 2026-11-24 (UTC): line 5 grants it for good\n"
        "hint: remove one of the two\n"
    )
    before = iamgen(root, "render", "dev", "--no-lint", SOURCE_DATE_EPOCH="1700000000")
    assert "user/a" in before.stdout
    assert "user/a" not in done.stdout


def test_a_clock_that_is_none(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), "render", "dev", "--no-lint", SOURCE_DATE_EPOCH="yesterday")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: SOURCE_DATE_EPOCH: 'yesterday' is no time")


def test_colour_only_where_it_is_wanted(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo("1/0")
    assert "\033" not in iamgen(root, "render", "dev").stderr
    assert iamgen(root, "--color", "always", "render", "dev").stderr.startswith(
        "\033[1;31merror:\033[0m users.py:1:1: "
    )


@pytest.mark.parametrize("columns", [200, 60])
def test_on_a_terminal_the_line_has_colour_and_fits(columns: int, make_repo: MakeRepo) -> None:
    names = ", ".join(f'User("u{n}", {{"dev": "OpsR"}})' for n in range(9))
    root = make_repo(
        f'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ({names}, User("bob", {{"dve": "OpsR"}}), {names})'
    )
    command = [sys.executable, "-m", "iamgen", "render", "dev"]
    child = pexpect.spawn(
        command[0], command[1:], cwd=str(root), encoding="utf-8", dimensions=(50, columns), timeout=60
    )
    child.expect(pexpect.EOF)
    lines = str(child.before).replace("\r\n", "\n").splitlines()
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert plain[0] == "error: users.py:3:284: User 'bob': there is no account 'dve'"
    assert len(plain[1]) <= columns
    assert plain[1].startswith("   3 | …")
    carets = plain[2].index("^")
    assert plain[1][carets : carets + 5] == '"dve"'
    assert lines[2].endswith("^^^^^\x1b[0m")
    assert "\x1b[1;31m" in lines[2]


def test_bytes_do_not_depend_on_the_machine(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    root = make_repo()
    plain = iamgen(root, "render", "user-only", "--no-lint").stdout
    odd = iamgen(
        root, "render", "user-only", "--no-lint", PYTHONHASHSEED="7", LC_ALL="C", TZ="Asia/Tokyo", COLUMNS="20"
    )
    assert odd.stdout == plain
    shuffled = make_repo(
        'from iamgen import *\nUSERS = [User("bob", {"prod": "ReadR", "dev": "OpsR"}), '
        'User("alice", {"prod": "OpsR", "dev": "AdminR"})]\nOPS_SERVICES = ["s3", "ec2", "s3"]',
        name="shuffled",
    )
    for account in ("user-only", "dev", "prod"):
        assert (
            iamgen(shuffled, "render", account, "--no-lint").stdout
            == iamgen(root, "render", account, "--no-lint").stdout
        )


@pytest.mark.parametrize(
    "command", [["render", "dev"], ["check"], ["changes"], ["bootstrap", "--user", "bob"], ["ci", "github"]]
)
def test_a_current_folder_that_is_gone(command: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    script = f"mkdir {gone}; cd {gone}; rmdir {gone}; exec {sys.executable} -P -m iamgen {' '.join(command)}"
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: .: cannot be searched for users.py: No such file or directory\n"
        "hint: go to your repository, or name it with -C\n"
    )


def test_a_relative_name_in_a_folder_that_is_gone(
    make_repo: MakeRepo, environment: dict[str, str], tmp_path: Path
) -> None:
    gone, options = tmp_path / "gone", "bootstrap --user bob --const-file CONST.inc"
    script = f"mkdir {gone}; cd {gone}; rmdir {gone}; exec {sys.executable} -P -m iamgen -C {make_repo()} {options}"
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: current folder: it is gone, or cannot be read\nhint: go to one that is there: cd\n"


def test_no_template_is_written_through_a_symlink(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    example = make_repo()
    (example / "build/dev").mkdir(parents=True)
    (example / "build/dev/infra.json").symlink_to(example / "users.py")
    before = (example / "users.py").read_text()
    done = iamgen(example, "render", "dev", "--no-lint", "-o", "build")
    assert (done.returncode, done.stderr) == (
        1,
        f"error: build/dev/infra.json: cannot be written: it is a symlink to {example / 'users.py'}\n"
        "hint: nothing was written, for no symlink is followed here: look at it, and remove it\n",
    )
    assert (example / "users.py").read_text() == before
