"""`python -m iamgen`."""

import sys

from iamgen.cli import main

sys.exit(main())
