"""The real AWS CLI, against a local AWS, with nothing but the files that bootstrap wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

import pytest

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
At = Callable[..., "tuple[int, str]"]
Aws = Callable[..., dict[str, str]]

BIN = Path(__file__).resolve().parents[2] / ".venv" / "aws-cli" / "bin"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ROOT = Path(__file__).resolve().parents[2]
CONFIG, CREDENTIALS = ((ROOT / f"aws-cli.{kind}.tpl").read_text() for kind in ("config", "credentials"))
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (User("bob", {"dev": "OpsR", "prod": "ReadR"}), User("a", {"dev": "ReadR"}),
    User("n+a=m,e.@-_x", {"*": "ReadR"}))
"""
CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
USER_ONLY_AWS_ACCOUNT_NAME=acme-users
DEV_AWS_ACCOUNT_ID=222222222222
DEV_AWS_ACCOUNT_NAME=acme-dev
PROD_AWS_ACCOUNT_ID=333333333333
"""


@pytest.fixture
def proxy(emulator: str) -> Iterator[SimpleNamespace]:
    """Stand before the local AWS; `asked` has what came along, `url` is where."""
    asked: list[dict[str, str]] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server calls it so
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(dict(parse_qsl(body.decode())))
            with urlopen(Request(emulator, body, dict(self.headers), method="POST"), timeout=30) as answer:  # noqa: S310
                text = answer.read()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", asked=asked)
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(proxy: SimpleNamespace, tmp_path: Path) -> dict[str, str]:
    if not (BIN / "aws").exists():
        raise RuntimeError("the AWS CLI is not installed: make .venv/aws-cli/made")
    return {
        "AWS_ENDPOINT_URL": proxy.url,
        "HOME": str(tmp_path / "home"),
        "AWS_PAGER": "",
        "PYTHONPATH": "",
    }  # another Python's


@pytest.fixture
def aws(settings: dict[str, str], environment: dict[str, str], tmp_path: Path) -> Aws:
    """Return what asks the AWS CLI who a profile is."""

    def run(profile: str) -> dict[str, str]:
        command = [str(BIN / "aws"), "sts", "get-caller-identity", "--profile", profile, "--output", "json"]
        env = {**environment, **settings}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        identity: dict[str, str] = json.loads(done.stdout)
        return identity

    return run


@pytest.fixture
def bootstrapped(
    make_repo: MakeRepo, iamgen: Iamgen, settings: dict[str, str], environment: dict[str, str]
) -> Callable[..., None]:
    """Return what writes the files of a person of a repository into their home."""

    def write(
        user: str, users: str = USERS, const: str = CONST, config: str = CONFIG, key: str = "111111111111"
    ) -> None:
        root = make_repo(users, const, name=f"repo-of-{user}")
        (root / "aws-cli.config.tpl").write_text(config)
        (root / "aws-cli.credentials.tpl").write_text(CREDENTIALS)
        options = ["--user", user, "--access-key-id", key, "--write", "--yes"]
        done = iamgen(root, "bootstrap", *options, HOME=settings["HOME"], AWS_SECRET_ACCESS_KEY=SECRET)
        assert done.returncode == 0, done.stderr
        assert SECRET not in done.stdout + done.stderr

    return write


def profiles(settings: dict[str, str], environment: dict[str, str]) -> list[str]:
    """Return the profiles that the AWS CLI knows, as its version 2 lists them: `aws configure list-profiles`."""
    code = "import awscli.botocore.session as s; print(*s.Session().available_profiles, sep='\\n')"
    command = [str(BIN / "python"), "-c", code]
    done = subprocess.run(command, env={**environment, **settings}, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]


def test_a_plain_profile(bootstrapped: Callable[..., None], aws: Aws) -> None:
    bootstrapped("bob")
    assert aws("acme-users")["Account"] == "111111111111"


WITHOUT_MFA = """
[profile plain]
role_arn = arn:aws:iam::${DEV_AWS_ACCOUNT_ID}:role/infra-OpsR-${DEV_AWS_ACCOUNT_ID}
source_profile = ${AWS_ACCOUNT_NAME}
region = ${GLOBAL_AWS_REGION}
"""


def test_a_role_profile_without_mfa(bootstrapped: Callable[..., None], aws: Aws) -> None:
    bootstrapped("bob", config=CONFIG + WITHOUT_MFA)
    assert aws("plain")["Arn"].startswith("arn:aws:sts::222222222222:assumed-role/infra-OpsR-222222222222/")


def test_a_role_profile_asks_for_a_code_and_sends_it(
    bootstrapped: Callable[..., None], at_terminal: At, settings: dict[str, str], proxy: SimpleNamespace, tmp_path: Path
) -> None:
    bootstrapped("bob")
    command = [str(BIN / "aws"), "sts", "get-caller-identity", "--profile", "acme-dev_ops", "--output", "json"]
    question = "Enter MFA code for arn:aws:iam::111111111111:mfa/bob: "
    code, screen = at_terminal(tmp_path, command, [(question, "123456")], **settings)
    assert code == 0, screen
    assert "arn:aws:sts::222222222222:assumed-role/infra-OpsR-222222222222/bob" in screen
    (asked,) = (entry for entry in proxy.asked if entry["Action"] == "AssumeRole")
    assert asked | {"Version": ""} == {
        "Action": "AssumeRole",
        "Version": "",
        "RoleArn": "arn:aws:iam::222222222222:role/infra-OpsR-222222222222",
        "RoleSessionName": "bob",
        "DurationSeconds": str(4 * 3600),
        "SerialNumber": "arn:aws:iam::111111111111:mfa/bob",
        "TokenCode": "123456",
    }


def test_every_character_that_a_name_may_have(
    bootstrapped: Callable[..., None], at_terminal: At, settings: dict[str, str], tmp_path: Path
) -> None:
    name = "n+a=m,e.@-_x"
    bootstrapped(name, const=CONST.replace("=acme-dev", "=d+e.v@-_%:/"))
    command = [str(BIN / "aws"), "sts", "get-caller-identity", "--profile", "d+e.v@-_%:/_read", "--output", "json"]
    question = f"Enter MFA code for arn:aws:iam::111111111111:mfa/{name}: "
    code, screen = at_terminal(tmp_path, command, [(question, "123456")], **settings)
    assert code == 0, screen
    assert f"arn:aws:sts::222222222222:assumed-role/infra-ReadR-222222222222/{name}" in screen


def test_several_projects_side_by_side(
    bootstrapped: Callable[..., None], settings: dict[str, str], environment: dict[str, str], aws: Aws
) -> None:
    bootstrapped("bob")
    other = CONST.replace("acme", "shop").replace("PROD_", "SHOP_PROD_").replace("DEV_", "SHOP_DEV_")
    users = USERS.replace('"dev"', '"shop-dev"').replace('"prod"', '"shop-prod"')
    bootstrapped(
        "a",
        users,
        other.replace("111111111111", "444444444444"),
        CONFIG,
        "444444444444",
    )
    assert set(profiles(settings, environment)) == {
        "acme-users", "acme-dev_ops", "prod_read", "shop-users", "shop-dev_read",
    }  # fmt: skip
    assert aws("acme-users")["Account"] == "111111111111"
    assert aws("shop-users")["Account"] == "444444444444"


def test_a_partition_of_its_own(
    bootstrapped: Callable[..., None], at_terminal: At, settings: dict[str, str], proxy: SimpleNamespace, tmp_path: Path
) -> None:
    bootstrapped("a", const=CONST.replace("eu-west-1", "us-gov-west-1\nGLOBAL_AWS_PARTITION=aws-us-gov"))
    command = [str(BIN / "aws"), "sts", "get-caller-identity", "--profile", "acme-dev_read", "--output", "json"]
    code, screen = at_terminal(tmp_path, command, [("arn:aws-us-gov:iam::111111111111:mfa/a: ", "123456")], **settings)
    assert code == 0, screen
    (asked,) = (entry for entry in proxy.asked if entry["Action"] == "AssumeRole")
    assert asked["RoleArn"] == "arn:aws-us-gov:iam::222222222222:role/infra-ReadR-222222222222"
    assert asked["RoleSessionName"].startswith("botocore-session-")  # AWS takes none of one letter


def test_the_aws_cli_lists_the_profiles(
    bootstrapped: Callable[..., None], settings: dict[str, str], environment: dict[str, str]
) -> None:
    program = shutil.which("aws")
    version = program and subprocess.run([program, "--version"], capture_output=True, check=False).stdout
    if not version or not version.startswith(b"aws-cli/2"):
        pytest.skip("configure list-profiles is of version 2 of the AWS CLI, which is not on PyPI")
    bootstrapped("bob")
    command = ["aws", "configure", "list-profiles"]
    done = subprocess.run(command, env={**environment, **settings}, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {"acme-users", "acme-dev_ops", "prod_read"}


def test_what_a_profile_is_set_to(
    bootstrapped: Callable[..., None], settings: dict[str, str], environment: dict[str, str]
) -> None:
    bootstrapped("bob")
    assert set(profiles(settings, environment)) == {"acme-users", "acme-dev_ops", "prod_read"}
    command = [str(BIN / "aws"), "configure", "list", "--profile", "acme-users"]
    done = subprocess.run(command, env={**environment, **settings}, capture_output=True, text=True, check=True)
    assert "shared-credentials-file" in done.stdout
    assert "eu-west-1" in done.stdout
