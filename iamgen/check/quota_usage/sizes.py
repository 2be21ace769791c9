"""Measure the size of a template, and of its description."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.quota_usage.usage import Measured, Usage
from iamgen.iam.holes import text


def size_in_call(measured: Measured) -> Iterator[Usage]:
    """Yield the template's size against what a call to CloudFormation takes."""
    used, remedy = measured.template.size, "deploy it from an S3 bucket"
    yield Usage("template", "template without S3", used, quotas.TEMPLATE_INLINE, "byte", (), remedy)


def size_in_s3(measured: Measured) -> Iterator[Usage]:
    """Yield the template's size against what CloudFormation takes from S3."""
    remedy = "divide it into several stacks, or leave out white space"
    yield Usage("template", "template", measured.template.size, quotas.TEMPLATE, "byte", (), remedy)


def description(measured: Measured) -> Iterator[Usage]:
    """Yield the size of the template's description, where it has one."""
    used = len(text(measured.template.body.get("Description", "")).encode(errors="replace"))
    limit, path = quotas.TEMPLATE_DESCRIPTION, ("Description",)
    if used:
        yield Usage("template", "template description", used, limit, "byte", path, "shorten it", grows=False)
