"""On a real PostgreSQL, after any history of a school in Illinois or New York: what was built as entries came is what
building everything again makes, to the byte; and what a credit makes that is told all of it at once, though the law
changed meanwhile and back, the district was followed anew, and set what becomes of days not taken."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.credit.living_district import lived
from tests.credit.told_histories import histories
from tests.postgres import Database


def in_its_own_loop(run: Callable[[], Any]) -> Any:
    """Hypothesis draws outside of the session's event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


@pytest.mark.parametrize("jurisdiction", ["illinois", "new_york"])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=histories)
def test_what_was_built_entry_by_entry_is_what_a_full_rebuild_makes(
    both_databases: Database, jurisdiction: str, history: Sequence[Any]
) -> None:
    rebuilt, at_once, figures, figures_at_once = in_its_own_loop(
        lambda: lived(both_databases.app("credit"), jurisdiction, list(history))
    )

    assert rebuilt.differing == at_once.differing == ()
    assert rebuilt.digest == at_once.digest
    assert figures == figures_at_once
