"""A school as a test needs it: only what the test is about is spelled out."""

from services.program.school_facts import SchoolFacts, TargetFacts
from services.program.selection_documents import ByCount, HowMany, SelectionInput


def a_school(
    school_id: str,
    at_or_above: int = 400,
    *,
    of: int = 1000,
    api: int | None = 700,
    enrollment: int = 100,
    target: str = "9",
    level: str = "high",
) -> SchoolFacts:
    facts = TargetFacts(target=target, enrollment=enrollment, at_or_above=at_or_above, with_a_rate=of, without_a_rate=0)
    return SchoolFacts.model_validate(
        {
            "school_id": school_id,
            "name": f"School {school_id}",
            "level": level,
            "api": api,
            "api_problem": None if api is not None else "no API is given",
            "targets": (facts,),
        }
    )


def an_input(
    *schools: SchoolFacts, how_many: HowMany | None = None, targets: tuple[str, ...] = ("9", "TK/K")
) -> SelectionInput:
    return SelectionInput(
        program_year=2013, how_many=how_many or ByCount(by="count", schools=2), targets=targets, schools=schools
    )
