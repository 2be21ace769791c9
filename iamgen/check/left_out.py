"""Read the Metadata by which a template tells cfn-lint to leave out rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from iamgen.iam.values import block_of

_SHOWN = 60  # characters of an option's value


def left_out(body: Mapping[str, object]) -> Iterator[str]:
    """Yield, in words, how a template's own Metadata configures cfn-lint, by which it may leave out what is wrong."""
    config = _own_config(body)
    for option in sorted(config):
        yield f"its Metadata configures cfn-lint: {option} {_in_short(config[option])}"
    for name, resource in block_of(body.get("Resources")).items():
        ignored = _own_config(resource).get("ignore_checks")
        if ignored:
            yield f"its Metadata configures cfn-lint: ignore_checks {_in_short(ignored)} for {name}"


def _own_config(holder: object) -> Mapping[str, object]:
    return block_of(block_of(block_of(block_of(holder).get("Metadata")).get("cfn-lint")).get("config"))


def _in_short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
