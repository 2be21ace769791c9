"""`iamgen access`: who can act as which role in which account, what somebody may do, and what nobody uses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import IamgenError, faults_of
from iamgen.questions.access_answer import AccessRequest, access_overview
from iamgen.questions.access_json import plain_overview, plain_unused
from iamgen.questions.access_text import access_text
from iamgen.questions.can import Asker
from iamgen.questions.can_json import moment_or
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import AccessFilter
from iamgen.questions.naming_actors import find_actors
from iamgen.questions.unused_parts import unused_parts
from iamgen.questions.unused_text import unused_text
from iamgen.ui.console import Console


@dataclass(frozen=True)
class AccessOptions:
    """What a person asks for, as they typed it."""

    source: ModelSource
    """What it is answered on."""
    actor: str | None = None
    """Whose access is shown, with everything that they may do; None for everybody's."""
    account: str | None = None
    """The account in which they act."""
    role: str | None = None
    """The role as which they act."""
    time: str | None = None
    """When, an ISO time; None is now."""
    as_json: bool = False
    """Whether stdout is JSON."""


def access(options: AccessOptions, console: Console) -> int:
    """Print who can act as what and return 0. Raises IamgenError for somebody, an account or a role not known."""
    asker, circumstances = _begin(options, console)
    overview = access_overview(asker, AccessRequest(circumstances, options.actor, options.account, options.role))
    if options.as_json:
        console.product(json.dumps(plain_overview(overview), indent=2) + "\n")
    else:
        console.product(access_text(overview, coloured=console.coloured and console.out.isatty()))
    return 0


def unused(options: AccessOptions, console: Console) -> int:
    """Print the roles, groups and policies that nobody uses, and return 0."""
    asker, circumstances = _begin(options, console)
    account = asker.model.account(options.account) if options.account else None
    parts = unused_parts(asker, circumstances, account)
    if options.as_json:
        plain = plain_unused(asker.model, parts, options.account, circumstances)
        console.product(json.dumps(plain, indent=2) + "\n")
    else:
        coloured = console.coloured and console.out.isatty()
        console.product(unused_text(asker.model, parts, options.account, coloured=coloured))
    return 0


def _begin(options: AccessOptions, console: Console) -> tuple[Asker, Circumstances]:
    """Return what answers, and the circumstances. Raises IamgenError with every fault of what is asked for."""
    moment_now = now()
    model = access_model(options.source, moment_now, console)
    read_time = partial(moment_or, options.time, moment_now, "--at-time")
    find = (partial(find_actors, model, options.actor),) if options.actor is not None else ()
    faults = faults_of(*find, partial(AccessFilter.of, model, options.account, options.role), read_time)
    if faults:
        raise IamgenError(faults)
    return Asker(model), Circumstances(read_time())
