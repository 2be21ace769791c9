"""Suggest what to write instead of an account name that CONST.inc does not declare.

A suggestion is never an account of another kind: whoever mistypes the name of a production account is not sent to
development, nor the other way round. Nothing here is imported before there is such a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from iamgen.declaration.kinds import looks_like_production
from iamgen.similar_names import CLOSE, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iamgen.declaration.resolved import Account

_LISTED = 8  # accounts in a hint
_ALL = ("all", "any", "every", "everywhere")
_OTHER_KINDS = ("dev", "test", "stage", "staging", "int", "qa", "sandbox", "preprod", "nonprod")
"""Last words of names by which people tell accounts apart that are not production."""


def account_hint(
    wrong: str, by_name: Mapping[str, Account], aliases: Collection[str], beside: Collection[str] = ()
) -> str:
    """Return what to write instead of `wrong`; never one of the names `beside` it, which are taken."""
    names = [name for name in (*by_name, *aliases) if name not in beside]
    return _meant_otherwise(wrong, by_name) or _similar(wrong, names) or declared_accounts(by_name)


def similar_pattern(wrong: str, by_name: Mapping[str, Account]) -> str:
    """Return a question after the pattern that is meant by one that matches nothing, word by word; nothing without."""
    words = sorted({word for name, account in by_name.items() if account.is_workload for word in name.split("-")})
    parts = re.split(r"([*?\[\]-]+)", wrong)
    meant = "".join(part if part in words else _similar_word(part, words) for part in parts)
    matches = [name for name, account in by_name.items() if account.is_workload and fnmatchcase(name, meant)]
    return f"did you mean {meant!r}?" if meant != wrong and matches else ""


def _similar_word(word: str, words: list[str]) -> str:
    """Return the word of an account's name that looks most like another, of the same kind; the word itself without."""
    same_kind = [other for other in words if not _is_of_another_kind(word, other)]
    return (nearest(word, same_kind) if word.isalnum() else None) or word


def declared_accounts(by_name: Iterable[str]) -> str:
    """Return a hint that lists the accounts."""
    names = list(by_name)
    return f"CONST.inc declares {', '.join(names[:_LISTED])}{', …' if names[_LISTED:] else ''}" if names else ""


def _meant_otherwise(wrong: str, by_name: Mapping[str, Account]) -> str:
    """Return what to write where accounts are named in another way than by their names; nothing where they are not."""
    return _by_id_or_display(wrong, by_name) or _several_or_all(wrong, by_name) or _by_ending(wrong, by_name)


def _by_id_or_display(wrong: str, by_name: Mapping[str, Account]) -> str:
    for name, account in by_name.items():
        if wrong == account.id:
            return f"that is the id of {name}: write {name!r}"
        if wrong == account.display:
            return f"that is what people read for {name}: write {name!r}"
    return ""


def _several_or_all(wrong: str, by_name: Mapping[str, Account]) -> str:
    from iamgen.declaration.unfit_value import several

    parts = several(wrong)
    if len(parts) > 1 and all(part in by_name for part in parts):
        return f"these are several accounts: name each by itself, {' and '.join(map(repr, parts))}"
    if wrong.casefold() in _ALL:
        return "write '*', which means every account but user-only"
    return f"* stands for any text in a pattern: write {wrong.replace('%', '*')!r}" if "%" in wrong else ""


def _by_ending(wrong: str, by_name: Mapping[str, Account]) -> str:
    """Return the accounts of many projects that a last word of their names means, such as `dev`."""
    meant = [name for name, account in by_name.items() if account.is_workload and name.endswith(f"-{wrong}")]
    if len(meant) == 1:
        return f"did you mean {meant[0]}?"
    listed = f"{', '.join(meant[:_LISTED])}{', …' if meant[_LISTED:] else ''}"
    return f"write one of {listed}, or '*-{wrong}' for all of them" if meant else ""


def _similar(wrong: str, names: Collection[str]) -> str:
    """Return a question after the account of the same kind that looks most like `wrong`; nothing without one."""
    written = wrong.lower().replace("_", "-")
    return did_you_mean(written, [name for name in names if _may_be_meant(written, name)])


def _may_be_meant(wrong: str, name: str) -> bool:
    """Return whether a name may be another one, misspelt: word by word, and not of another kind."""
    if _is_of_another_kind(wrong, name):
        return False
    words, name_words = wrong.split("-"), name.split("-")
    if len(words) != len(name_words):
        return nearest("".join(words), ["".join(name_words)], CLOSE) is not None
    return all(word == other or nearest(word, [other]) for word, other in zip(words, name_words, strict=True))


def _is_of_another_kind(wrong: str, name: str) -> bool:
    """Return whether the names of both accounts state a kind, and the kinds differ."""
    kinds = {_kind_by_word(wrong.rpartition("-")[2]), _kind_by_word(name.rpartition("-")[2])} - {""}
    return len(kinds) > 1


def _kind_by_word(word: str) -> str:
    if looks_like_production(word):
        return "prod"
    return word if word in _OTHER_KINDS else ""
