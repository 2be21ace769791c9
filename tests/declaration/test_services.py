"""Services are known by awacs's modules, without importing them; the names are those of IAM."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import awacs

from iamgen.declaration.services import known_services, module_name


def test_every_service_of_awacs_is_known_by_its_prefix() -> None:
    names = {module.name for module in pkgutil.iter_modules(awacs.__path__)} - {"aws", "helpers"}
    prefixes = {import_module(f"awacs.{name}").prefix for name in names}
    assert known_services() == prefixes
    assert {module_name(prefix) for prefix in prefixes} == names
