"""Run iamgen: for `python -m iamgen`, and for the command `iamgen`."""

import gc
import sys

_ALLOCATIONS = 50_000
"""Objects made until the collector looks for garbage; at Python's own 700 it looks some 50 times while modules load."""


def run() -> int:
    """Run the command line and return its exit code. A ^C may come before the command line has begun."""
    gc.set_threshold(_ALLOCATIONS)
    try:
        from iamgen.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130
    finally:
        gc.freeze()  # the process ends: everything goes with it, and need not be searched for garbage first


if __name__ == "__main__":
    sys.exit(run())
