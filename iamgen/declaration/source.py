"""Find the line of users.py on which a name is assigned, or on which a word of a statement stands."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from iamgen.declaration.declared_type import MisDeclared
from iamgen.declaration.file_text import tree
from iamgen.declaration.origin import Origin
from iamgen.errors import Fault


def located(fault: MisDeclared, root: Path) -> Fault:
    """Return the fault with its place: the exact span of the word it is about, or of the call, where that is found."""
    from iamgen.declaration.source_span import place_of  # slow to import, and only needed for a fault

    return Fault(place_of(fault.origin, fault.about, shown(fault.origin.file, root)), fault.problem, fault.hint)


@lru_cache(maxsize=64)
def shown(file: str, root: Path) -> str:
    """Return the path as a person of this repository would write it."""
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file


def assignment(file: Path, name: str) -> Origin:
    """Return where a file last assigns `name` at its top level; its first line when it never does."""
    lines = [node.lineno for node in tree(str(file)).body if name in _targets(node)]
    return Origin(str(file), lines[-1] if lines else 1)


def repeated_keys(file: Path) -> Iterator[MisDeclared]:
    """Yield each key that a dict of the file has twice: Python silently keeps the last one."""
    for node in _dicts(tree(str(file))):
        values: set[object] = set()
        for key in node.keys:
            if not isinstance(key, ast.Constant):
                continue
            if key.value in values:
                problem = f"{key.value!r} stands twice among these keys, and Python keeps only the last"
                hint = "join the two: several values go into a tuple"
                from iamgen.source_place import Extent  # slow to import, and only needed for a fault

                extent = Extent(key.lineno, key.col_offset, key.end_lineno or key.lineno, key.end_col_offset or 0)
                yield MisDeclared(Origin(str(file), key.lineno), problem, hint, extent)
            values.add(key.value)


def _dicts(root: ast.AST) -> Iterator[ast.Dict]:
    """Yield every dict that is written out, as `ast.walk` would, in a third of the time: a large file has 100,000
    nodes, most of which are names and constants and hold no other."""
    waiting: deque[ast.AST] = deque([root])
    while waiting:
        node = waiting.popleft()
        if type(node) is ast.Dict:
            yield node
        for field in node._fields:
            value = getattr(node, field, None)
            for item in value if type(value) is list else (value,):
                if type(item) not in _CHILDLESS and isinstance(item, ast.AST):
                    waiting.append(item)


_CHILDLESS = (ast.Constant, ast.Name, ast.Load, str, int, type(None))
"""The most frequent types of what is in a syntax tree and has no dict within it."""


def _targets(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]
