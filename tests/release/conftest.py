"""What tests of releases share: a clone of a repository that was never released."""

from __future__ import annotations

from typing import Any

import pytest

World = Any
Clone = Any


@pytest.fixture
def ann(world: World) -> Clone:
    return world.clone("ann")
