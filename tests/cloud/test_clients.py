"""The way to AWS: faults of the network and throttling are tried again; an endpoint of one's own; roles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from iamgen.cloud.clients import Credentials, connect, require_account, role_arn
from iamgen.errors import Fault, IamgenError, UsageError

Aws = Any
WHO = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::222222222222:user/x</Arn><UserId>x</UserId><Account>222222222222</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
THROTTLED = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"


class Flaky(BaseHTTPRequestHandler):
    """Answers as the server's `plan` says: a status, or None, which breaks the connection."""

    def do_POST(self) -> None:  # its name
        self.rfile.read(int(self.headers["Content-Length"]))
        plan: list[int | None] = self.server.plan  # type: ignore[attr-defined]  # put there below
        status = plan.pop(0) if plan else 200
        if status is None:
            self.connection.close()
            return
        body = (WHO if status == 200 else THROTTLED).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[list[int | None]], list[int | None]]]:
    """Return what makes AWS answer by a plan; pauses are not made."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    def start(plan: list[int | None]) -> list[int | None]:
        server.plan = plan  # type: ignore[attr-defined]  # what Flaky reads
        return plan

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("faults", [[400, 400], [503, 500, 503], [None, None], [None, 400, 503, None, 400]])
def test_faults_that_pass_are_not_noticed(
    serve: Callable[[list[int | None]], list[int | None]], faults: list[int | None]
) -> None:
    plan = serve(list(faults))
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    assert require_account(clients, "222222222222", "dev").account == "222222222222"
    assert plan == []


def test_faults_that_stay_are_told(serve: Callable[[list[int | None]], list[int | None]]) -> None:
    serve([400] * 20)
    clients = connect(Credentials("of-dev"), "eu-west-1", "dev")
    with pytest.raises(IamgenError) as raised:
        require_account(clients, "222222222222", "dev")
    assert raised.value.faults[0].what == "AWS takes no more requests for now (GetCallerIdentity: Throttling)"


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


def test_a_role_in_each_account(aws: Aws) -> None:
    arn = role_arn("arn:{partition}:iam::{account_id}:role/deployer", "333333333333", "aws")
    assert arn == "arn:aws:iam::333333333333:role/deployer"
    clients = connect(Credentials("of-dev", arn), "eu-west-1", "prod")
    found = require_account(clients, "333333333333", "prod")
    assert found.arn == "arn:aws:sts::333333333333:assumed-role/deployer/iamgen"
    assert found.source == "arn:aws:iam::222222222222:root"


@pytest.mark.parametrize("template", ["arn:role/x", "{account}", "{account_id", "{account_id}{0}", "{}"])
def test_a_template_that_names_no_account(template: str) -> None:
    with pytest.raises(UsageError):
        role_arn(template, "1", "aws")
