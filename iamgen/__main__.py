"""`python -m iamgen`, and what the command `iamgen` runs."""

import sys


def run() -> int:
    """Run the command line and return its exit code; a ^C may come before there is a command line."""
    try:
        from iamgen.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
