"""The same request, sent again: what is documented of it, and how the answer says so."""

from typing import Any

from fastapi import Response

from shared.schema.base import Schema


def first_answer(model: type[Schema]) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`."""
    return {200: {"model": model, "description": "The same request, sent again: the first answer."}}


def say_replayed(response: Response) -> None:
    response.status_code = 200
    response.headers["Idempotent-Replayed"] = "true"
