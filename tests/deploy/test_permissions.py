"""The docs name every permission that the room asks AWS for."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r"\b(?:cloudformation|iam|organizations|s3|sts)\.([a-z]+(?:_[a-z]+)+)\(|get_paginator\(\"(\w+)\"\)")
FREE = {"GetCallerIdentity", "GetPaginator"}  # whoever has credentials may do that; no request at all


def test_the_docs_name_every_permission() -> None:
    sources = "".join(item.read_text() for item in (ROOT / "iamgen" / "deploy").glob("*.py"))
    called = {(first or second).title().replace("_", "") for first, second in CALL.findall(sources)} - FREE
    assert len(called) > 30
    words = set(re.findall(r"\w+", "".join((ROOT / "docs" / text).read_text() for text in ("deploy.md", "drift.md"))))
    assert called - words == set()
