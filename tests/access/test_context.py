"""The keys of a request: names without case, and values that are there, absent or not said."""

from __future__ import annotations

import pytest

from iamgen.access.answers import Answer
from iamgen.access.context import UNSAID, Context, ContextKeys, merged
from iamgen.access.errors import AccessError

CONTEXT = Context.of({"aws:UserName": "bob", "aws:TagKeys": ("a", "b"), "aws:SourceIp": UNSAID, "aws:Empty": ()})


def test_names_have_no_case() -> None:
    assert CONTEXT.values("AWS:username") == ("bob",)
    assert CONTEXT.values("aws:tagkeys") == ("a", "b")
    assert (CONTEXT.single("AWS:USERNAME"), CONTEXT.single("aws:none")) == ("bob", None)
    with pytest.raises(AccessError) as refused:
        Context.of({"a:B": "x", "A:b": "y"})
    assert [tuple(fault) for fault in refused.value.faults] == [
        ("A:b", "the request context has this key twice, in different case", "")
    ]


def test_what_is_there() -> None:
    keys = ("aws:USERNAME", "aws:tagkeys", "AWS:sourceip", "aws:empty", "aws:none")
    assert [CONTEXT.has(key) for key in keys] == [True, True, True, False, False]
    assert [CONTEXT.unsaid(key) for key in keys] == [False, False, True, False, False]


def test_a_value_that_is_not_said_is_asked_for() -> None:
    with pytest.raises(AccessError) as refused:
        CONTEXT.values("aws:SourceIp")
    assert [tuple(fault) for fault in refused.value.faults] == [
        (
            "aws:SourceIp",
            "a policy depends on this key, and the question does not say its value",
            "give it: context={'aws:SourceIp': ...}, or at=... for the time",
        )
    ]


@pytest.mark.parametrize(
    ("key", "values", "why"),
    [
        ("aws:TagKeys", ("a",), "is a multivalued key, and has a meaning under a set operator only"),
        ("aws:X", ("a", "b"), "has 2 values where only a single-valued key has a meaning"),
    ],
)
def test_several_values_have_no_meaning_by_themselves(key: str, values: tuple[str, ...], why: str) -> None:
    with pytest.raises(AccessError) as refused:
        Context.of({key: values}).single(key)
    assert [tuple(fault) for fault in refused.value.faults] == [
        (key, why, "compare it with ForAllValues: or ForAnyValue:")
    ]


def test_an_answer_is_computed_once() -> None:
    context, asked = Context.of({}), list[Context]()

    def answer(of: Context) -> Answer:
        asked.append(of)
        return Answer(value=True)

    assert [context.remembered("question", answer) for _ in range(2)] == [Answer(value=True)] * 2
    assert asked == [context]


def test_keys_are_read_once() -> None:
    written = {"aws:A": "x"}
    keys = ContextKeys(written)
    written["aws:A"] = "y"
    assert Context.of(keys) is Context.of(keys)
    assert dict(keys) == {"aws:A": "x"}
    assert (len(keys), repr(keys)) == (1, "ContextKeys({'aws:A': 'x'})")
    assert keys.with_more({}) is keys
    assert dict(keys.with_more({"AWS:a": "z", "b": "c"})) == {"AWS:a": "z", "b": "c"}
    assert merged({"A": "1", "b": "2"}, {"a": "3"}) == {"b": "2", "a": "3"}
