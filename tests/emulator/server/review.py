"""Stacks in review: as in AWS, another change set does not make another stack of it, and its id names it everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import changesets, handlers

Parameters = dict[str, list[str]]
Handler = Callable[[Parameters], Any]


def register() -> None:
    """Keep a stack's id when it gets another change set, and list change sets by it."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateChangeSet"] = creating(actions["CreateChangeSet"])
    actions["ListChangeSets"] = listing(actions["ListChangeSets"])


def creating(create: Handler) -> Handler:
    def checked(parameters: Parameters) -> Any:
        stack = handlers._resolve_stack(parameters.get("StackName", [""])[0])
        if not stack or stack["StackStatus"] != "REVIEW_IN_PROGRESS":
            return create(parameters)
        new_uuid = changesets.new_uuid
        ids = [stack["StackId"].rpartition("/")[2]]  # the first that is made is the stack's
        changesets.new_uuid = lambda: ids.pop() if ids else new_uuid()
        try:
            return create(parameters)
        finally:
            changesets.new_uuid = new_uuid

    return checked


def listing(list_change_sets: Handler) -> Handler:
    def checked(parameters: Parameters) -> Any:
        stack = handlers._resolve_stack(parameters.get("StackName", [""])[0])
        return list_change_sets({**parameters, "StackName": [stack["StackName"]]} if stack else parameters)

    return checked
