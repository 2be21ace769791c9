"""Read the partition and the region of the stacks from CONST.inc, and find what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from iamgen.aws.partitions import DEFAULT, PARTITIONS, REGIONS, SUPPORTED, PartitionName, misspelt_region, partition_of
from iamgen.declaration.constants import Constants
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean, nearest

_ALIKE = 0.8  # of a name and the one that it may be, misspelt
_REGION = r"[a-z]{2,}(-[a-z]+)+-\d"
_PARTITION, _REGION_NAME = PLACES = "GLOBAL_AWS_PARTITION", "GLOBAL_AWS_REGION"
_SUPPORTED = f"iamgen supports {', '.join(SUPPORTED[:-1])} and {SUPPORTED[-1]}"


def stack_place(constants: Constants) -> tuple[PartitionName, str, list[Fault]]:
    """Return the partition and the region of the stacks, and what is wrong with them."""
    stated = constants.get(_PARTITION) or DEFAULT
    region = constants.get(_REGION_NAME) or ""
    faults = [] if _PARTITION in constants.faulty else list(_partition_faults(constants, stated))
    if _REGION_NAME not in constants.faulty:
        is_known = not faults and _PARTITION not in constants.faulty
        faults += _region_faults(constants, stated if is_known else None, region)
    return next((name for name in SUPPORTED if name == stated), DEFAULT), region, faults


def _partition_faults(constants: Constants, partition: str) -> Iterator[Fault]:
    where = partial(constants.where, _PARTITION)
    if partition in PARTITIONS and partition not in SUPPORTED:
        yield Fault(where(), f"the partition {partition} is not supported", _SUPPORTED)
    elif partition not in PARTITIONS:
        hint = did_you_mean(partition, SUPPORTED, f"write one of {', '.join(SUPPORTED)}")
        yield Fault(where(), f"no partition is {partition!r}", hint)


def _region_faults(constants: Constants, partition: str | None, region: str) -> Iterator[Fault]:
    where = partial(constants.where, _REGION_NAME)
    expected = partition_of(region)
    if not region:
        yield _missing_region(constants)
    elif not re.fullmatch(_REGION, region):
        yield Fault(where(), f"{region!r} is no region", did_you_mean(region, REGIONS, "write one such as eu-west-1"))
    elif expected is None:
        yield from _new_region_faults(constants, region)
    elif expected not in SUPPORTED:
        yield Fault(where(), f"region {region} is in the partition {expected}, which is not supported", _SUPPORTED)
    elif meant := misspelt_region(region):
        yield Fault(where(), f"there is no region {region}", f"did you mean {meant}?")
    elif partition and expected != partition:
        message = f"region {region} is in the partition {expected}, not {partition}"
        yield Fault(where(), message, f"set {_PARTITION}={expected}, or another region")


def _missing_region(constants: Constants) -> Fault:
    problem = f"{_REGION_NAME} is missing"
    regions = [stated.name for stated in constants.by_name.values() if stated.value in REGIONS]
    if meant := nearest(_REGION_NAME, regions, _ALIKE):
        return Fault(constants.where(meant, "name"), problem, f"did you mean {_REGION_NAME} by {meant}?")
    return Fault(constants.where(_REGION_NAME), problem, f"write the stacks' region: {_REGION_NAME}=eu-west-1")


def unlisted_region(constants: Constants, region: str) -> Iterator[Fault]:
    """Warn of a region that is not in the list: AWS may have it since, or its number is wrong."""
    if region and region not in REGIONS:
        problem = f"region {region} is not in the list of AWS's regions"
        hint = did_you_mean(region, REGIONS, "if AWS has it since, all is well")
        yield Fault(constants.where(_REGION_NAME), problem, hint)


def _new_region_faults(constants: Constants, region: str) -> Iterator[Fault]:
    """Refuse a region whose partition is not known, unless CONST.inc states the partition."""
    if not constants.get(_PARTITION):
        hint = f"write one such as eu-west-1; if AWS has it since, state its partition: {_PARTITION}={DEFAULT}"
        yield Fault(constants.where(_REGION_NAME), f"no partition is known to have the region {region}", hint)
