"""Change sets that bring back what was changed by hand (`DeploymentMode=REVERT_DRIFT`), which ministack lacks.

Such a change set is made, and executed, as if the stack had been deployed the way its resources are now: what was
changed by hand is then a change like any other.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import drift, handlers

Parameters = dict[str, Any]
Handler = Callable[[Parameters], Any]
_reverting: set[str] = set()


def register() -> None:
    """Heed the mode when a change set is created, and when it is executed."""
    actions = handlers._ACTION_HANDLERS
    create, execute = actions["CreateChangeSet"], actions["ExecuteChangeSet"]

    def checked_create(parameters: Parameters) -> Any:
        if parameters.get("DeploymentMode") != ["REVERT_DRIFT"]:
            return create(parameters)
        stack = handlers._resolve_stack(parameters["StackName"][0])
        before = {name: copy.deepcopy(stack[name]) for name in ("_resources", "_template")}
        take_as_deployed(stack)
        try:
            answer = create(parameters)
        finally:
            stack.update(before)
        _reverting.update(parameters["ChangeSetName"])
        return answer

    def checked_execute(parameters: Parameters) -> Any:
        result = cloudformation._change_sets.get(parameters["ChangeSetName"][0])
        if result and result["ChangeSetName"] in _reverting:
            take_as_deployed(handlers._resolve_stack(result["StackName"]))
        return execute(parameters)

    actions |= {"CreateChangeSet": checked_create, "ExecuteChangeSet": checked_execute}


def take_as_deployed(stack: dict[str, Any]) -> None:
    """Let the stack's records say of each resource what is there now; of one that is gone, nothing."""
    for logical_id, record in list(stack["_resources"].items()):
        if record["ResourceType"] not in drift._DRIFT_READERS:
            continue
        detect_resource_drift = drift.detect_resource_drift(stack, logical_id, record, "")
        if detect_resource_drift["StackResourceDriftStatus"] == "DELETED":
            del stack["_resources"][logical_id], stack["_template"]["Resources"][logical_id]
        elif detect_resource_drift["StackResourceDriftStatus"] == "MODIFIED":
            actual, expected = (
                json.loads(detect_resource_drift["ActualProperties"]),
                json.loads(detect_resource_drift["ExpectedProperties"]),
            )
            changed = {name: value for name, value in actual.items() if value != expected.get(name)}
            record["Properties"] |= changed
            stack["_template"]["Resources"][logical_id]["Properties"] |= changed
