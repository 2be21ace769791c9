"""Models that the tests of questions have."""

from tests.questions.conftest import modelled

__all__ = ("modelled",)
