"""The way to AWS: faults of the network and throttling are tried again; an endpoint of one's own; roles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import HTTPClientError

from iamgen.aws_client.clients import Credentials, connect, require_account, role_arn
from iamgen.aws_client.errors import telling
from iamgen.errors import Fault, IamgenError, UsageError

Aws = Any
Plan = list[int | str | None]
WHO = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::222222222222:user/x</Arn><UserId>x</UserId><Account>222222222222</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
THROTTLED = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


class Flaky(BaseHTTPRequestHandler):
    """Answers as the server's `plan` says: a status, a page, or None, which breaks the connection."""

    def do_POST(self) -> None:  # its name
        self.rfile.read(int(self.headers["Content-Length"]))
        plan: Plan = self.server.plan  # type: ignore[attr-defined]  # put there below
        status = plan.pop(0) if plan else 200
        if status is None:
            self.connection.close()
            return
        page, status = (status, 200) if isinstance(status, str) else (None, status)
        body = (page or (WHO if status == 200 else THROTTLED)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Plan], Plan]]:
    """Return what makes AWS answer by a plan; pauses are not made."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    def start(plan: Plan) -> Plan:
        server.plan = plan  # type: ignore[attr-defined]  # what Flaky reads
        return plan

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("faults", [[400, 400], [503, 500, 503], [None, None], [None, 400, 503, None, 400]])
def test_faults_that_pass_are_not_noticed(serve: Callable[[Plan], Plan], faults: Plan) -> None:
    plan = serve(list(faults))
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    assert require_account(clients, "222222222222", "dev").account == "222222222222"
    assert plan == []


def test_faults_that_stay_are_told(serve: Callable[[Plan], Plan]) -> None:
    serve([400] * 20)
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    with pytest.raises(IamgenError) as raised:
        require_account(clients, "222222222222", "dev")
    assert raised.value.faults[0].problem == "AWS takes no more requests for now (GetCallerIdentity: Throttling)"


def test_an_endpoint_where_nobody_listens(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    with pytest.raises(IamgenError) as raised:
        require_account(clients, "222222222222", "dev")
    assert raised.value.faults == (
        Fault(
            "dev",
            'AWS cannot be reached: Could not connect to the endpoint URL: "http://127.0.0.1:1/"',
            "look at the network and at AWS_ENDPOINT_URL; what is under way in AWS goes on",
        ),
    )


@pytest.mark.parametrize("page", ["<html><p>Sign in</p></html>", "<html><br></html>", "", "no XML", "{}"])
def test_what_answers_is_not_aws(serve: Callable[[Plan], Plan], page: str) -> None:
    serve([page or "\n"] * 20)
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    with pytest.raises(IamgenError) as raised:
        require_account(clients, "222222222222", "dev")
    assert raised.value.faults == (
        Fault(
            "dev",
            "what answers is not AWS: perhaps a proxy, or a network's page to sign in",
            "look at the network, HTTPS_PROXY and AWS_ENDPOINT_URL; what is under way in AWS goes on",
        ),
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("garbage", "Invalid endpoint: garbage"),
        ("localhost:4566", "Invalid endpoint: localhost:4566"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://127.0.0.1:99999", "Port out of range 0-65535"),
    ],
)
def test_an_endpoint_that_is_no_address(aws: Aws, monkeypatch: pytest.MonkeyPatch, url: str, message: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    with pytest.raises(IamgenError) as raised:
        require_account(clients, "222222222222", "dev")
    assert raised.value.faults == (
        Fault(
            "dev",
            f"AWS cannot be reached: {message}",
            "look at AWS_ENDPOINT_URL, and at endpoint_url in ~/.aws/config: it is such as http://127.0.0.1:4566",
        ),
    )


def test_a_header_that_cannot_be_sent_is_not_shown() -> None:
    """http.client says the whole value of the header, and so does botocore."""
    with pytest.raises(IamgenError) as raised, telling("dev", Credentials()):
        raise HTTPClientError(error=ValueError("Invalid header value b'AWS4-HMAC-SHA256 Credential=x\\n'"))
    assert raised.value.faults == (
        Fault(
            "dev",
            "a header of the request has a character in it that none may have",
            "look at the AWS_ variables of the environment: a copied value often brings a line feed along",
        ),
    )


@pytest.mark.parametrize("bug", [KeyError("of ours"), ValueError("of ours")])
def test_a_bug_of_ours_stays_one(bug: Exception) -> None:
    with pytest.raises(type(bug)), telling("dev", Credentials()):
        raise bug


def test_a_role_in_each_account(aws: Aws) -> None:
    arn = role_arn("arn:{partition}:iam::{account_id}:role/deployer", "333333333333", "aws")
    assert arn == "arn:aws:iam::333333333333:role/deployer"
    clients = connect(Credentials("of-dev", arn), "eu-west-1", "prod")
    identity = require_account(clients, "333333333333", "prod")
    assert identity.arn == "arn:aws:sts::333333333333:assumed-role/deployer/iamgen"
    assert identity.source == "arn:aws:iam::222222222222:root"


@pytest.mark.parametrize("template", ["arn:role/x", "{account}", "{account_id", "{account_id}{0}", "{}"])
def test_a_template_that_names_no_account(template: str) -> None:
    with pytest.raises(UsageError):
        role_arn(template, "1", "aws")
