"""Check the services that users.py names in `OPS_SERVICES` and in a role's `services`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.origin import Origin

if TYPE_CHECKING:
    from iamgen.declaration.users_file import Written


def service_faults(origin: Origin, label: str, services: Iterable[str]) -> Iterator[MisDeclared]:
    """Yield a fault for each service that does not exist and that looks like a known one."""
    from iamgen.aws.services import slip

    for service in services:
        hint = slip(service)
        if hint:
            yield MisDeclared(origin, f"{label}: {service!r} is no known service", hint, service)


def unlisted_services(origin: Origin, label: str, services: Iterable[str]) -> Iterator[MisDeclared]:
    """Yield a warning for each service that is not in the list of AWS's services: it may be newer, or mistyped."""
    from iamgen.aws.services import about_unlisted, is_listed, list_date

    for service in services:
        if not is_listed(service):
            problem = f"{label}: {service!r} is not in the list of AWS's services of {list_date()}"
            yield MisDeclared(origin, problem, about_unlisted(service), service)


def ops_service_faults(written: Written) -> Iterator[MisDeclared]:
    """Yield what is wrong with `OPS_SERVICES`."""
    at = written.at("OPS_SERVICES")
    if written.ops_services == ():
        yield MisDeclared(at, "OPS_SERVICES is empty", "name the services that OpsR has full power over")
    for service in written.ops_services or ():
        if service == "*":
            hint = "name the services; AdminR is the role for everything"
            yield MisDeclared(at, f"OPS_SERVICES: {service!r} is no known service", hint, service)
        else:
            yield from service_faults(at, "OPS_SERVICES", (service,))
