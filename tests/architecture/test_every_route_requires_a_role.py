"""Deny by default: a route that never asks for a role would be open to every token, so there is none."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.credit.app import ROUTERS as CREDIT
from services.program.app import ROUTERS as PROGRAM
from services.roll.app import ROUTERS as ROLL

ROUTES = [
    route for routers in (ROLL, CREDIT, PROGRAM) for router in routers for route in router.routes
    if isinstance(route, APIRoute)
]  # fmt: skip


def calls(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """The last names of all that a function calls, and what of our own they are."""
    names = inspect.unwrap(function).__globals__
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, names.get(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, None


def requires_a_role(function: Callable[..., Any], depth: int = 4) -> bool:
    """Whether it, or a function of ours that it calls, calls Asking.require_role."""
    return any(
        name == "require_role"
        or (depth > 0 and inspect.isfunction(called) and called.__module__.startswith("services")
            and requires_a_role(called, depth - 1))
        for name, called in calls(function)
    )  # fmt: skip


def asked(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """The route's own function, and all that it depends on."""
    if inspect.isfunction(dependant.call):
        yield dependant.call
    for each in dependant.dependencies:
        yield from asked(each)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_a_route_requires_a_role(route: APIRoute) -> None:
    assert any(map(requires_a_role, asked(route.dependant))), "say whose it is: asking.require_role(...)"


def test_a_route_that_does_not_is_found() -> None:
    async def open_to_all(asking: Any) -> None:
        print(asking.principal)

    assert len(ROUTES) > 80
    assert not requires_a_role(open_to_all)
