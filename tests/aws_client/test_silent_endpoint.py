"""An endpoint that takes requests and never answers: the wait is bounded, and a signal ends it at once."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from iamgen.aws_client import sessions
from iamgen.aws_client.clients import Credentials, connect, require_account
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.errors import IamgenError, refuse

Aws = Any
MakeRepo = Callable[..., Path]


class Silent:
    """A server that takes connections and never answers."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections: list[socket.socket] = []
        self.asked = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                self.connections.append(self.listener.accept()[0])
            except OSError:
                return
            self.asked.set()


@pytest.fixture
def silent(aws: Aws, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Silent]:
    server = Silent()
    environment["AWS_ENDPOINT_URL"] = server.url
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    yield server
    server.listener.close()
    for connection in server.connections:
        connection.close()


def test_the_wait_is_bounded(silent: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many seconds as are granted, nothing is tried again."""
    monkeypatch.setattr(sessions, "_CONFIG", sessions._CONFIG.merge(Config(read_timeout=0.4)))
    monkeypatch.setattr(sessions, "_PATIENCE", 0.6)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with pytest.raises(IamgenError) as raised:
        require_account(connect(Credentials("of-dev"), "eu-west-1", "dev"), "222222222222", "dev")
    assert raised.value.faults[0].problem == f'AWS cannot be reached: Read timeout on endpoint URL: "{silent.url}/"'
    assert len(silent.connections) == 2


def test_the_wait_is_about_a_minute_at_most() -> None:
    """The last try may begin just before the patience ends, after a pause that is half of botocore's longest."""
    config: Any = sessions._CONFIG
    assert sessions._PATIENCE + 10 + config.read_timeout <= 60
    assert sessions._PATIENCE + 10 + 3 * config.connect_timeout <= 60


@pytest.mark.parametrize(
    "command",
    [
        ("drift", "dev", "prod"),
        ("deploy", "dev", "--yes", "--no-lint"),
        ("cancel", "dev", "--yes"),
        ("template", "dev", "--deployed"),
        ("deploy", "dev", "--yes", "--no-lint", "--role-arn-template", "arn:aws:iam::{account_id}:role/x"),
    ],
)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_the_wait_at_once(
    silent: Silent, make_repo: MakeRepo, environment: dict[str, str], command: tuple[str, ...], number: signal.Signals
) -> None:
    program = [sys.executable, "-m", "iamgen", *command]
    env = {**environment, "AWS_PROFILE": "of-dev"}
    with subprocess.Popen(program, cwd=make_repo(), env=env, stderr=subprocess.PIPE, text=True) as running:
        assert silent.asked.wait(60)
        running.send_signal(number)
        began = time.monotonic()
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.strip()) == (130, "interrupted")
    assert time.monotonic() - began < 5


def interrupted(work: Callable[[threading.Event], object], *, only_reads: bool) -> None:
    """Let the work begin in both accounts, and press ^C."""
    began, stop = threading.Barrier(3), threading.Event()

    def run() -> None:
        began.wait()
        work(stop)

    def press() -> None:
        began.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        side_by_side({"dev": run, "prod": run}, stop, only_reads=only_reads)
    assert stop.is_set()


def test_work_that_changes_something_comes_to_rest_first() -> None:
    ends: list[str] = []

    def work(stop: threading.Event) -> None:
        stop.wait()
        time.sleep(0.2)
        ends.append("at rest")

    interrupted(work, only_reads=False)
    assert ends == ["at rest"] * 2


def test_work_that_only_reads_is_not_waited_for() -> None:
    release = threading.Event()
    interrupted(lambda _stop: release.wait(), only_reads=True)
    release.set()


def test_results_come_in_the_order_of_the_work() -> None:
    def fail() -> int:
        raise refuse("dev", "of dev alone")

    results = side_by_side({str(number): partial(int, str(number)) for number in range(20)}, threading.Event())
    assert list(results.items()) == [(str(number), number) for number in range(20)]
    mixed = side_by_side({"dev": fail, "prod": lambda: 1}, threading.Event())
    assert (str(mixed["dev"]), mixed["prod"]) == ("dev: of dev alone", 1)
    assert side_by_side({}, threading.Event()) == {}


def test_a_bug_in_one_account_is_passed_on() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side({"dev": lambda: 1 / 0, "prod": lambda: 1.0}, threading.Event())


def test_a_pause_ends_when_the_work_is_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(KeyboardInterrupt):
        heeding(stop)(60)
