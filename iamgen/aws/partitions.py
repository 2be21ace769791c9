"""The partitions of AWS: which regions are in each, and the domain names that belong to it.

Regions and domain names: botocore's `partitions.json` (1.44). It is not read at run time, because botocore is slow to
import. Sign-in hosts: IAM User Guide, "Switch from a user to an IAM role (console)", and the user guides of GovCloud
and of the China Regions.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

PartitionName = Literal["aws", "aws-us-gov", "aws-cn"]
"""The partitions that iamgen supports: those of which it knows service principals and console addresses."""
SUPPORTED: tuple[PartitionName, ...] = get_args(PartitionName)
DEFAULT: PartitionName = "aws"


class Partition(NamedTuple):
    """A group of regions with accounts, IAM and domain names of its own."""

    name: str
    """Its name, the second part of each ARN, such as `aws-cn`."""
    regions: str
    """A regular expression that every name of one of its regions matches."""
    url_suffix: str
    """The end of its services' addresses, the value of `AWS::URLSuffix`."""
    sign_in_host: str = ""
    """Where people sign in to the console and switch roles. It is empty where iamgen does not know it."""


PARTITIONS = {
    partition.name: partition
    for partition in (
        Partition("aws", r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+", "amazonaws.com", "signin.aws.amazon.com"),
        Partition("aws-us-gov", r"us-gov-[a-z]+-\d+", "amazonaws.com", "signin.amazonaws-us-gov.com"),
        Partition("aws-cn", r"cn-[a-z]+-\d+", "amazonaws.com.cn", "signin.amazonaws.cn"),
        Partition("aws-eusc", r"eusc-[a-z]+-[a-z]+-\d+", "amazonaws.eu"),
        Partition("aws-iso", r"us-iso-[a-z]+-\d+", "c2s.ic.gov"),
        Partition("aws-iso-b", r"us-isob-[a-z]+-\d+", "sc2s.sgov.gov"),
        Partition("aws-iso-e", r"eu-isoe-[a-z]+-\d+", "cloud.adc-e.uk"),
        Partition("aws-iso-f", r"us-isof-[a-z]+-\d+", "csp.hci.ic.gov"),
    )
}
"""Every partition by its name. Those that are not among `SUPPORTED` are here to be recognized and refused."""

_SERVICE_DOMAINS = tuple(PARTITIONS[name].url_suffix for name in SUPPORTED)
"""How the service principals of the supported partitions end: IAM JSON policy elements, "AWS service principals"."""
_RARE_DOMAINS = ("amazon.com", "aws.internal")
"""How a few service principals end that AWS's own policies name."""

REGIONS = frozenset(
    """
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
    ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
    eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
    me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2

    us-gov-east-1 us-gov-west-1

    cn-north-1 cn-northwest-1
    """.split()  # noqa: SIM905 - a literal of so many strings would be one long column
)
"""The regions of the supported partitions. AWS opens one or two in a year: another one may be newer than this list."""

_TRUST_ACTIONS = {
    # EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity"
    "pods.eks": ("TagSession",),
    # IAM Roles Anywhere user guide, "The IAM Roles Anywhere trust model"
    "rolesanywhere": ("TagSession", "SetSourceIdentity"),
}
_COMPASS = ("north", "east", "south", "west", "central", "northeast", "southeast", "southwest", "northwest")


def partition_of(region: str) -> str | None:
    """Return the name of the partition that a region is in; None for a region that no partition is known to have."""
    return next((name for name, partition in PARTITIONS.items() if re.fullmatch(partition.regions, region)), None)


def misspelt_region(region: str) -> str | None:
    """Return the region that is meant by one that can be none, since its point of the compass is misspelt.

    None for every other: AWS may have opened it since the list was made.
    """
    before, _, rest = region.rpartition("-")[0].rpartition("-")
    number = region.rpartition("-")[2]
    if rest in _COMPASS:
        return None
    from iamgen.aws.services import one_letter_away  # slow to import, and only needed after a mistake

    meant = one_letter_away(rest, _COMPASS)
    regions = [f"{before}-{meant}-{number}", f"{before}-{meant}-1"]
    return next((known for known in regions if known in REGIONS), None)


def url_suffix(partition: str) -> str | None:
    """Return the value of `AWS::URLSuffix` in a partition; None for a partition that is not known."""
    known = PARTITIONS.get(partition)
    return known.url_suffix if known else None


def sign_in_host(partition: PartitionName) -> str:
    """Return the host at which people of a supported partition sign in to the console."""
    return PARTITIONS[partition].sign_in_host


def service_principal(service: str) -> str:
    """Return the principal of a service, which is the same in every supported partition: `lambda.amazonaws.com`."""
    return f"{service}.{PARTITIONS[DEFAULT].url_suffix}"


def service_of(principal: str) -> str | None:
    """Return the service that a service principal names, `lambda`; None for a text that is no service principal."""
    return _before(principal, (*_SERVICE_DOMAINS, *_RARE_DOMAINS))


def is_service_principal(name: str) -> bool:
    """Return whether a name has the form of a service principal in the supported partitions: `lambda.amazonaws.com`."""
    return _before(name, _SERVICE_DOMAINS) is not None


def trust_actions_besides(principal: str) -> tuple[str, ...]:
    """Return the actions of STS that a service needs in a trust policy besides AssumeRole; for most there are none."""
    return _TRUST_ACTIONS.get(service_of(principal) or "", ())


def _before(name: str, domains: tuple[str, ...]) -> str | None:
    services = (name.removesuffix(f".{domain}") for domain in domains if name.endswith(f".{domain}"))
    return next((service for service in services if re.fullmatch("[a-z0-9.-]+", service)), None)
