"""Write a template as the text that is deployed: the same template gives the same bytes on every machine."""

from __future__ import annotations

import json
from typing import Literal

from troposphere import Template

from iamgen.errors import IamgenError
from iamgen.synth.output_guard import output_faults

Format = Literal["json", "yaml"]


def text(template: Template, form: Format = "json", account: str = "template") -> str:
    """Return the template with its keys in order, in ASCII, ending in a newline.

    Raises IamgenError, which calls it `account`, for what CloudFormation would make something else of.
    """
    plain = template.to_dict()
    faults = list(dict.fromkeys(output_faults(account, plain)))
    if faults:
        raise IamgenError(faults)
    if form == "json":
        return json.dumps(plain, indent=2, sort_keys=True, allow_nan=False) + "\n"
    import yaml  # 30 ms that JSON does not need

    # through JSON: an operator's text may be an Enum, and nothing may be written as a reference to what it repeats

    return str(yaml.safe_dump(json.loads(json.dumps(plain)), sort_keys=True, width=120, default_flow_style=False))
