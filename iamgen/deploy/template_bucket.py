"""Put templates that are too large for a call into a bucket of S3, and remove them again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from iamgen.aws import quotas
from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import telling
from iamgen.deploy.consequences import cli_options
from iamgen.errors import Fault, IamgenError, refuse


@contextmanager
def sent(
    text: str, clients: Clients, bucket: str | None, where: str, warn: Callable[[Fault], None]
) -> Iterator[Mapping[str, str]]:
    """Yield what names the template in a request: its body, or, when it is too large for that, where it is in the
    bucket for as long as the block lasts; `warn` is told when it cannot be removed from there.

    Raises IamgenError for a large template and no bucket, and for a bucket that is not the account's own.
    """
    size = len(text.encode())
    if size <= quotas.TEMPLATE_INLINE:
        yield {"TemplateBody": text}
        return
    if size > quotas.TEMPLATE:
        raise refuse(where, f"the template has {size:,} bytes, and {quotas.TEMPLATE:,} is CloudFormation's limit")
    if not bucket:
        message = f"the template has {size:,} bytes, and more than {quotas.TEMPLATE_INLINE:,} have to go through S3"
        raise refuse(where, message, "name a bucket of that account, in the stack's region: --bucket NAME")
    key = f"iamgen/{hashlib.sha256(text.encode()).hexdigest()}.json"
    account = clients.sts.get_caller_identity()["Account"]
    # a bucket of that name that is somebody else's is refused: who owns it decides what is deployed
    own = {"Bucket": bucket, "Key": key, "ExpectedBucketOwner": account}
    clients.s3.put_object(Body=text.encode(), ContentType="application/json", **own)
    try:
        yield {"TemplateURL": f"{clients.s3.meta.endpoint_url}/{bucket}/{key}"}
    finally:
        try:
            with telling(where, clients.credentials):
                clients.s3.delete_object(**own)
        except IamgenError as exc:  # the result of the block matters more than a file that stays in the bucket
            message = f"the template stays in s3://{bucket}/{key}: {exc.faults[0].problem}"
            warn(Fault(where, message, f"remove it: aws s3 rm s3://{bucket}/{key}{cli_options(clients)}"))
