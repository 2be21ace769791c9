"""`iamgen refresh-managed-policies`, of a small server that answers as IAM does."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest

from iamgen.aws.managed_policies import FILE
from iamgen.aws.managed_policy_archive import PolicyArchive

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
BODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "new:*", "Resource": "*"}]}
NOW = "2026-11-23"  # the day on which tests run the program
BROUGHT = PolicyArchive.of(FILE.read_bytes())


class Iam(BaseHTTPRequestHandler):
    """Lists the policies that the server has, and gives each the same document."""

    def do_POST(self) -> None:  # its name
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(query)  # type: ignore[attr-defined]  # put there below
        body = self.listed() if query["Action"] == ["ListPolicies"] else document()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def listed(self) -> bytes:
        policies = self.server.policies  # type: ignore[attr-defined]  # put there below
        members = "".join(
            f"<member><Arn>{arn}</Arn><DefaultVersionId>{version}</DefaultVersionId></member>"
            for arn, version in policies.items()
        )
        result = (
            f"<ListPoliciesResult><Policies>{members}</Policies><IsTruncated>false</IsTruncated></ListPoliciesResult>"
        )
        return answer("ListPolicies", result)

    def log_message(self, *_: object) -> None:
        pass


def document() -> bytes:
    inner = f"<PolicyVersion><Document>{quote(json.dumps(BODY))}</Document><VersionId>v9</VersionId></PolicyVersion>"
    return answer("GetPolicyVersion", f"<GetPolicyVersionResult>{inner}</GetPolicyVersionResult>")


def answer(operation: str, result: str) -> bytes:
    name = f"{operation}Response"
    return f'<{name} xmlns="https://iam.amazonaws.com/doc/2010-05-08/">{result}</{name}>'.encode()


@pytest.fixture
def server() -> Iterator[Any]:
    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Iam)
    running.asked, running.policies = [], {}
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def refresh(server: Any, iamgen: Iamgen, tmp_path: Path) -> Iamgen:
    def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        access = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "XDG_CACHE_HOME": str(tmp_path / "cache")}
        access["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.server_port}"
        return iamgen(tmp_path, "refresh-managed-policies", *args, **{**access, **env})

    return run


def of_today(partition: str = "aws") -> dict[str, str]:
    """Return the policies that iamgen brings, without two of them, with a changed one and a new one."""
    start = f"arn:{partition}:iam::aws:policy/"
    policies = {start + name: entry.version for name, entry in BROUGHT.policies.items()}
    del policies[f"{start}ReadOnlyAccess"], policies[f"{start}SecurityAudit"]
    return {**policies, f"{start}job-function/ViewOnlyAccess": "v999", f"{start}service-role/New": "v1"}


def test_what_is_new_is_fetched_and_kept(server: Any, refresh: Iamgen, tmp_path: Path) -> None:
    server.policies = of_today()
    done = refresh()
    assert (done.returncode, done.stdout) == (0, "")
    file = tmp_path / "cache" / "iamgen" / "managed-policies-aws.zip"
    assert done.stderr == (
        f"{len(server.policies)} AWS managed policies: 1 new, 1 changed, 2 that AWS no longer lists.\n"
        f"They are kept in {file}, and take the place of those of {BROUGHT.origin.date}.\n"
    )
    fetched = [query["PolicyArn"] for query in server.asked if query["Action"] == ["GetPolicyVersion"]]
    assert sorted(fetched) == [
        ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
        ["arn:aws:iam::aws:policy/service-role/New"],
    ]
    archive = PolicyArchive.of(file.read_bytes())
    assert (archive.origin.date, archive.origin.partition) == (NOW, "aws")
    assert archive.document("service-role/New") == archive.document("job-function/ViewOnlyAccess") == BODY
    assert archive.document("AdministratorAccess") == BROUGHT.document("AdministratorAccess")
    assert archive.policies["job-function/ViewOnlyAccess"].version == "v999"
    again = refresh()
    assert "0 new, 0 changed, 0 that AWS no longer lists" in again.stderr
    assert len([query for query in server.asked if query["Action"] == ["GetPolicyVersion"]]) == 2


def test_documents_of_another_partition_are_all_fetched(server: Any, refresh: Iamgen, tmp_path: Path) -> None:
    names = ("AdministratorAccess", "job-function/ViewOnlyAccess")
    server.policies = {f"arn:aws-cn:iam::aws:policy/{name}": BROUGHT.policies[name].version for name in names}
    done = refresh("--partition", "aws-cn")
    assert done.returncode == 0, done.stderr
    archive = PolicyArchive.of((tmp_path / "cache" / "iamgen" / "managed-policies-aws-cn.zip").read_bytes())
    assert {name: archive.document(name) for name in archive.policies} == dict.fromkeys(names, BODY)
    refused = refresh()
    assert refused.returncode == 1
    assert refused.stderr == (
        "error: AWS managed policies: arn:aws-cn:iam::aws:policy/AdministratorAccess is not of the partition aws\n"
        "hint: name the partition: --partition\n"
    )


def test_a_list_that_is_not_that_of_aws_changes_nothing(server: Any, refresh: Iamgen, tmp_path: Path) -> None:
    refused = refresh()
    assert refused.returncode == 1
    assert refused.stderr == (
        "error: AWS managed policies: AWS lists 0, and AdministratorAccess is not among them\n"
        "hint: look at AWS_ENDPOINT_URL: a local AWS does not have them\n"
    )
    assert not (tmp_path / "cache").exists()


def test_a_place_that_is_not_writable_is_an_error(server: Any, refresh: Iamgen, tmp_path: Path) -> None:
    server.policies = of_today()
    (tmp_path / "cache").write_text("a file where a folder is needed")
    refused = refresh()
    assert refused.returncode == 1
    assert "error: AWS managed policies: they cannot be kept: " in refused.stderr
    assert "hint: set XDG_CACHE_HOME to a folder that is writable\n" in refused.stderr


def test_credentials_that_are_refused_are_an_error(refresh: Iamgen) -> None:
    refused = refresh("--profile", "nobody")
    assert refused.returncode == 1
    assert "profile" in refused.stderr
    assert "Traceback" not in refused.stderr
