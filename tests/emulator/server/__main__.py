"""Serve a local AWS on 127.0.0.1: `python -m tests.emulator.server [PORT]`, with the Python of .venv/emulator.

Prints its address as the first line of stdout, and serves until stdin ends: whoever holds the other end of the
pipe may die in whatever way, nothing is left running.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading

HOST = "127.0.0.1"
ENVIRONMENT = {
    "BIND_HOST": HOST,
    "MINISTACK_HOST": HOST,
    "SERVICES": "cloudformation,iam,s3,sts",
    # what else it would listen on, or look for
    "DOCKER_HOST": "unix:///nonexistent",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LOG_LEVEL": os.environ.get("LOG_LEVEL", "CRITICAL"),
}


def listen(port: int) -> socket.socket:
    """Return a socket that takes connections from this machine only; port 0 is any free one."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
    except OSError as exc:
        sys.exit(f"error: port {port}: {exc.strerror}")
    taken.listen(128)
    return taken


def end_with_stdin() -> None:
    """End this process when stdin does."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(0)


def main() -> None:
    """Serve until stdin ends, or ^C."""
    listening = listen(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    port = listening.getsockname()[1]
    os.environ.update(ENVIRONMENT, GATEWAY_PORT=str(port))
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app  # reads the environment when it is imported

    from tests.emulator.server import boundaries, credentials, principals, readers, resources, revert, review

    for part in (resources, readers, principals, revert, review, boundaries, credentials):
        part.register()
    config = Config()
    config.bind, config.loglevel = [f"fd://{listening.fileno()}"], ENVIRONMENT["LOG_LEVEL"]
    print(f"http://{HOST}:{port}", flush=True)  # noqa: T201  # the product
    threading.Thread(target=end_with_stdin, daemon=True).start()
    asyncio.run(serve(app, config))


if __name__ == "__main__":
    main()
