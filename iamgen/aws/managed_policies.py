"""The documents of AWS managed policies that decide whether somebody can administer or deploy an account.

The data file says where they are from and when. `python -m iamgen.check.generate_data` writes it anew. A policy that
is not in it is not known: its document may allow or deny anything, and nobody may take it for an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from iamgen.aws.data import HERE

FILE = HERE / "managed_policies.json"


@cache
def managed_documents() -> Mapping[str, Mapping[str, Any]]:
    """Return the known documents by path and name without the first `/`, such as `job-function/ViewOnlyAccess`."""
    documents: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text("utf-8"))["policies"]
    return documents
