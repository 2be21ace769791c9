"""`iamgen who-can`: print everybody who may do something, in which way and until when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import IamgenError, faults_of
from iamgen.questions.can import Asker
from iamgen.questions.can_json import moment_or
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.demands import Demand, demand
from iamgen.questions.holders import HolderSearch, admin_demand
from iamgen.questions.model import AccessModel
from iamgen.questions.who_can_json import plain_holders
from iamgen.questions.who_can_text import who_can_text
from iamgen.ui.console import Console


@dataclass(frozen=True)
class WhoCanRequest:
    """What a person asks for, and about which model."""

    source: ModelSource
    """What it is answered on."""
    action: str | None
    """An action, or a pattern of actions; None asks for administrators in effect."""
    resource: str = "*"
    """An ARN, a pattern of ARNs, or `*`."""
    account: str | None = None
    """The account in which it is done."""
    time: str | None = None
    """When it is done, an ISO time; None is now."""
    as_json: bool = False
    """Whether stdout is JSON."""


def who_can(request: WhoCanRequest, console: Console) -> int:
    """Print everybody who may do it and return 0. Raises IamgenError for an action or ARN that is not known."""
    moment_now = now()
    model = access_model(request.source, moment_now, console)
    read_time = partial(moment_or, request.time, moment_now, "--at-time")
    read_wish = partial(_demand, model, request)
    faults = faults_of(read_wish, read_time)
    if faults:
        raise IamgenError(faults)
    wish, circumstances = read_wish(), Circumstances(read_time())
    holders = HolderSearch(Asker(model), wish, circumstances, is_admin=request.action is None).run()
    if request.as_json:
        plain = plain_holders(model, holders, request.account, circumstances)
        console.product(json.dumps(plain, indent=2) + "\n")
    else:
        coloured = console.coloured and console.out.isatty()
        console.product(who_can_text(model, holders, request.account, coloured=coloured))
    return 0


def _demand(model: AccessModel, request: WhoCanRequest) -> Demand:
    if request.action is None:
        return admin_demand(model.account(request.account).id if request.account else "")
    return demand(model, request.action, request.resource, request.account)
