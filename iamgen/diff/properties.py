"""Compare one property of a resource: a text, a list, a block, or a policy document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from iamgen.diff.change import Detail
from iamgen.diff.documents import document_details
from iamgen.diff.values import as_list, is_block, key, shown

# Lists of IAM's resources, and of every resource, that are sets; of others the order may matter.
_SETS = frozenset({"ClientIdList", "DependsOn", "Groups", "ManagedPolicyArns", "Roles", "ThumbprintList", "Users"})
_NAMES = {"Tags": "Key", "Policies": "PolicyName"}  # what tells the elements of such a list apart


def property_details(where: str, before: object, after: object) -> Iterator[Detail]:
    """Yield what comes, changes and goes at `where`, a dotted path; None is nothing there."""
    before, after = _read(where, before), _read(where, after)
    if key(before) == key(after):
        return
    inner = _inside(where, before, after)
    if inner is not None and (inner or (before is not None and after is not None)):
        yield from inner
    elif before is None:
        yield Detail("+", where, shown(after))
    elif after is None:
        yield Detail("-", where, shown(before))
    else:
        yield Detail("~", where, f"{shown(before)} -> {shown(after)}")


def _read(where: str, value: object) -> object:
    """Return the value as CloudFormation reads it: an empty list counts as none if the order of its elements has no
    meaning."""
    name = where.rpartition(".")[2]
    if where == "DependsOn" and isinstance(value, str):
        return [value]
    return None if value == [] and (name in _SETS or name in _NAMES) else value


def _inside(where: str, before: object, after: object) -> tuple[Detail, ...] | None:
    """Return what changes inside a document, a list or a block; None when they are none of these."""
    name = where.rpartition(".")[2]
    if _are_documents(before, after):
        return document_details(where, before, after)  # type: ignore[arg-type]  # they are mappings or None
    if name in _NAMES and _is_named(before, _NAMES[name]) and _is_named(after, _NAMES[name]):
        return tuple(_blocks(where, _by_name(before, _NAMES[name]), _by_name(after, _NAMES[name])))
    if _are(list, before, after):
        return tuple(_lists(where, as_list(before), as_list(after), ordered=name not in _SETS))
    if _are_blocks(before, after):
        return tuple(_blocks(where, before or {}, after or {}))  # type: ignore[arg-type]  # they are mappings or None
    return None


def _blocks(where: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Detail]:
    for name in sorted({*before, *after}):
        yield from property_details(f"{where}.{shown(name)}", before.get(name), after.get(name))


def _lists(where: str, before: list[object], after: list[object], *, ordered: bool) -> Iterator[Detail]:
    texts = {key(item): shown(item) for item in (*before, *after)}
    had, has = Counter(map(key, before)), Counter(map(key, after))
    yield from (Detail("-", where, texts[item]) for item in sorted((had - has).elements()))
    yield from (Detail("+", where, texts[item]) for item in sorted((has - had).elements()))
    if ordered and had == has and had:
        yield Detail("~", where, f"{shown(before)} -> {shown(after)}")


def _are(kind: type, *values: object) -> bool:
    """Whether each value that is there is of the kind."""
    return all(isinstance(value, kind) for value in values if value is not None)


def _are_blocks(*values: object) -> bool:
    return all(is_block(value) for value in values if value is not None)


def _are_documents(*values: object) -> bool:
    present = [value for value in values if value is not None]
    return _are_blocks(*present) and any(isinstance(value, Mapping) and "Statement" in value for value in present)


def _is_named(value: object, name: str) -> bool:
    """Whether it is a list whose elements have a name each, no two the same."""
    if value is None:
        return True
    if not isinstance(value, list):
        return False
    names = [item.get(name) if isinstance(item, Mapping) else None for item in value]
    return all(isinstance(item, str) for item in names) and len(set(names)) == len(names)


def _by_name(value: object, name: str) -> dict[str, object]:
    """Return the rest of each element by its name; the value itself where that is all the rest."""
    by_name: dict[str, object] = {}
    for item in as_list(value):
        if isinstance(item, Mapping):
            rest = {key: part for key, part in item.items() if key != name}
            by_name[str(item[name])] = rest["Value"] if rest.keys() == {"Value"} else rest
    return by_name
