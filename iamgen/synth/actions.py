"""The actions of a service as awacs objects, by the service's prefix."""

from __future__ import annotations

from importlib import import_module

from awacs.aws import Action

from iamgen.aws.services import module_name, services_of_awacs


def actions(prefix: str, *names: str) -> list[Action]:
    """Return the service's actions of these names; a name may be a pattern such as `Get*`.

    A service that awacs does not know yet has actions all the same.
    """
    if prefix not in services_of_awacs():
        return [Action(prefix, name) for name in names]
    module = import_module(f"awacs.{module_name(prefix)}")
    attributes = (getattr(module, name, None) for name in names)
    return [
        known if isinstance(known, Action) else module.Action(name)
        for name, known in zip(names, attributes, strict=True)
    ]
