"""Every quota that a template can fill, in the order in which they are shown."""

from __future__ import annotations

from iamgen.check.quota_usage.counts import (
    attachments,
    groups_of_users,
    resources,
    resources_of_account,
    tags_of_users,
)
from iamgen.check.quota_usage.documents import inline_policies, managed_policies, trust_policies
from iamgen.check.quota_usage.names import names, paths_and_tags
from iamgen.check.quota_usage.sizes import description, size_in_call, size_in_s3
from iamgen.check.quota_usage.usage import Quota

QUOTAS: tuple[Quota, ...] = (
    trust_policies,
    managed_policies,
    attachments,
    inline_policies,
    groups_of_users,
    tags_of_users,
    names,
    paths_and_tags,
    resources,
    size_in_call,
    size_in_s3,
    description,
    resources_of_account,
)
