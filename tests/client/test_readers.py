"""What bootstrap writes is read alike by every program: the AWS CLI, botocore, and AWS's libraries for JS and Go.

A program that is not installed is no reason to fail: its test is skipped, and says how to install it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
Profiles = Mapping[str, Mapping[str, Any]]

ROOT, HERE = Path(__file__).resolve().parents[2], Path(__file__).resolve().parent
AWS_CLI, PACKAGES = ROOT / ".venv/aws-cli/bin/python", ROOT / ".venv/js"
GO_LIBRARIES = Path("/usr/share/gocode")  # of Debian
KEY = "AKIAIOSFODNN7EXAMPLE"
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (
    User("bob", {"*": ("OpsR", "ReadR"), "prod": Grant("AdminR", until="2027-03-31")}),
    User("n+a=m,e.@-_x", {"*": "ReadR"}), User("nobody", {}),
)
"""
NAMES = {
    "plain": ("acme-users", "acme-dev", "acme-prod"),
    "every character that all of them take": ("a_@+.%:/-Z", "0.9", "-"),
    "none that all of them take": ("R&D [users] 1", "two words;x", "ünï,=()"),
    "words of files": ("default", "profile", "sso-session"),
}
SOURCES = {
    "key": ["--access-key-id", KEY],
    "login": ["--login"],
    "process": ["--credential-process", "/opt/keys --of bob=1"],
    "sso": ["--sso-session", "corp", "--sso-role", "Dev"],
}
THEIRS = "# mine\n[profile work]\nregion = us-east-1\n\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://x.example\n"


class Home:
    """A person's two files."""

    def __init__(self, folder: Path) -> None:
        self.config, self.credentials = folder / "config", folder / "credentials"
        folder.mkdir(parents=True)
        self.config.write_text(THEIRS)
        self.credentials.write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = x\n")


def const(names: tuple[str, str, str]) -> str:
    return "GLOBAL_AWS_REGION=eu-west-1\n" + "".join(
        f"{name}_AWS_ACCOUNT_ID={str(n) * 12}\n{name}_AWS_ACCOUNT_NAME='{shown}'\n"
        for n, (name, shown) in enumerate(zip(("USER_ONLY", "DEV", "PROD"), names, strict=True), 1)
    )


@pytest.fixture(params=NAMES)
def repository(request: pytest.FixtureRequest, make_repo: MakeRepo) -> Path:
    root = make_repo(USERS, const(NAMES[request.param]))
    for kind in ("config", "credentials"):
        shutil.copy(ROOT / f"aws-cli.{kind}.tpl", root)
    return root


@pytest.fixture(params=SOURCES)
def home(request: pytest.FixtureRequest, repository: Path, iamgen: Iamgen, tmp_path: Path) -> Home:
    files = Home(tmp_path / "home/.aws")
    user = "n+a=m,e.@-_x" if request.param == "process" else "bob"
    options = ["--user", user, *SOURCES[request.param], "--write", "--yes"]
    done = iamgen(repository, "bootstrap", *options, HOME=str(tmp_path / "home"), AWS_SECRET_ACCESS_KEY="s3cret")
    assert done.returncode == 0, done.stderr
    return files


def by_botocore(home: Home, python: Path = Path(sys.executable), package: str = "botocore") -> dict[str, Profiles]:
    code = (
        f"import json, sys; from {package}.configloader import load_config, raw_config_parse as raw;"
        "print(json.dumps({'config': load_config(sys.argv[1])['profiles'], 'credentials': raw(sys.argv[2])}))"
    )
    # the two files may name any text, so nothing of a folder that is imported from may come first
    command = [str(python), "-c", code, str(home.config), str(home.credentials)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=home.config.parent)
    profiles: dict[str, Profiles] = json.loads(done.stdout)
    return profiles


def by_javascript(home: Home, *more: str) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None or not (PACKAGES / "node_modules").is_dir():
        pytest.skip("the packages for JavaScript are not installed: make .venv/js/made, which needs npm")
    command = [node, str(HERE / "read_profiles.mjs"), str(PACKAGES), str(home.config), str(home.credentials), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="session")
def go_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    go, library = shutil.which("go"), GO_LIBRARIES / "src/github.com/aws/aws-sdk-go-v2/config"
    if go is None or not library.is_dir():
        pytest.skip("AWS's library for Go is not installed: golang-go and golang-github-aws-aws-sdk-go-v2-dev")
    program = tmp_path_factory.mktemp("go") / "read_profiles"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_LIBRARIES), "GOFLAGS": ""}
    command = [go, "build", "-o", str(program), str(HERE / "read_profiles.go")]
    subprocess.run(command, env=environment, cwd=program.parent, check=True, capture_output=True)
    return program


def test_the_aws_cli_reads_what_botocore_reads(home: Home) -> None:
    if not AWS_CLI.exists():
        raise RuntimeError("the AWS CLI is not installed: make .venv/aws-cli/made")
    ours = by_botocore(home)
    assert by_botocore(home, AWS_CLI, "awscli.botocore") == ours
    assert len(ours["config"]) > 3


def test_javascript_reads_what_botocore_reads(home: Home) -> None:
    expected, read = by_botocore(home), by_javascript(home)
    sessions = {name: options for name, options in read["config"].items() if name.startswith("sso-session.")}
    assert set(sessions) == {"sso-session.corp"}
    assert {name: read["config"][name] for name in read["config"].keys() - sessions.keys()} == expected["config"]
    assert read["credentials"] == expected["credentials"]


def test_go_reads_what_botocore_reads(home: Home, go_reader: Path) -> None:
    expected = by_botocore(home)
    command = [str(go_reader), str(home.config), str(home.credentials), *expected["config"]]
    read = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    unknown = {"login_session"}  # younger than Debian's release of the library, which sees no credentials there
    for name, options in expected["config"].items():
        key = expected["credentials"].get(name, {}).get("aws_access_key_id")
        merged = {option: value for option, value in options.items() if option not in unknown}
        merged |= {"aws_access_key_id": key} if key else {}
        if "duration_seconds" in merged:
            merged["duration_seconds"] = int(merged["duration_seconds"])
        source = expected["config"].get(options.get("source_profile", ""), {})
        if unknown & source.keys() and isinstance(read[name], str):
            assert read[name].startswith(f"failed to load assume role {options['role_arn']}"), name
        else:
            assert read[name] == merged, name


@pytest.mark.parametrize("user", ["bob", "nobody"])
def test_the_extension_reads_every_link(user: str, repository: Path, iamgen: Iamgen, tmp_path: Path) -> None:
    files = Home(tmp_path / "home/.aws")
    text = iamgen(repository, "bootstrap", "--user", user, "--format", "extend-switch-roles").stdout
    (tmp_path / "extension").write_text(text)
    links = json.loads(iamgen(repository, "bootstrap", "--user", user, "--json").stdout)
    read = by_javascript(files, str(tmp_path / "extension"))
    assert read["singles"] == []
    if user == "nobody":
        assert read["complexes"] == []
        return
    (base,) = read["complexes"]
    assert base["aws_account_id"] == "111111111111"
    assert [(role["aws_account_id"], role["role_name"], role["color"]) for role in base["targets"]] == [
        (link["account_id"], link["role_name"], link["color"]) for link in links
    ]
    for role, link in zip(base["targets"], links, strict=True):
        assert role["name"] in {link["text"], f"{link['account']} {link['role']}"}
