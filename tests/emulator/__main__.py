"""`make emulator`: a local AWS to try things on, until ^C."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from tests.emulator.process import running

HOW = """\
A local AWS, empty, for this machine alone. It ends with ^C, and keeps nothing. In another terminal:

  export AWS_ENDPOINT_URL={url}
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=any    # the key id is the account

A trust policy names people, so they come first, in the account that holds them, with the path of users.py. An older AWS
CLI does not know AWS_ENDPOINT_URL and would ask the real AWS, so these lines name the address themselves:

  aws iam create-user --endpoint-url {url} --user-name alice
  aws iam create-user --endpoint-url {url} --user-name bob
  aws iam create-user --endpoint-url {url} --user-name carol
  aws iam create-user --endpoint-url {url} --user-name dave --path /auditors/

These are the people of the example. With a repository of your own, take the id of its user-only account as the key id, and
one command makes all of its people, as it does in the real AWS:

  iamgen user create --all-missing --password-file ~/passwords

One command for all accounts assumes a role in each; here any will do:

  iamgen deploy --all --role-arn-template 'arn:aws:iam::{{account_id}}:role/any'
"""


def main() -> None:
    """Run the emulator on port 4566, or on the one named."""
    port = port_of(sys.argv[1]) if len(sys.argv) > 1 else 4566
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory() as home, running(port, home=Path(home)) as url:
            print(HOW.format(url=url), flush=True)  # noqa: T201
            signal.pause()
    except KeyboardInterrupt:
        pass
    except RuntimeError as exc:
        sys.exit(f"error: {exc}")


def port_of(text: str) -> int:
    """Return the port that is named; end the program when it is none."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        sys.exit(f"error: {text}: a port is a number up to 65535, such as 4566")
    return int(text)


if __name__ == "__main__":
    main()
