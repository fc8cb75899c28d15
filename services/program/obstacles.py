"""What makes an assignment impossible, said before any solver is asked. Pure."""

from collections import Counter
from collections.abc import Iterator

from services.program.staff_plan import WEEK, Question


def obstacles(question: Question) -> tuple[str, ...]:
    """Every reason that can be named without searching: too few counselors, or pairs that contradict."""
    return (*_too_few_counselors(question), *_strangers(question), *_contradictions(question))


def _too_few_counselors(question: Question) -> Iterator[str]:
    total = sum(need.days_a_week for need in question.needs)
    least = -(-total // WEEK)
    if question.counselors is not None and least > len(question.counselors):
        there = len(question.counselors)
        yield f"{total} days a week need {least} counselors; there are {there}, {least - there} too few"
    elif question.counselors is not None and (has := sum(map(question.room, question.counselors))) < total:
        yield f"{total} days a week are needed; with the weekdays away the counselors have {has}, {total - has} too few"


def _strangers(question: Question) -> Iterator[str]:
    schools = {need.school_id for need in question.needs}
    for pair in sorted((*question.fixed, *question.forbidden), key=lambda pair: (pair.counselor_id, pair.school_id)):
        if pair.school_id not in schools:
            yield f"school {pair.school_id} is named in a pair, but is not to be staffed"
        if question.counselors is not None and pair.counselor_id not in question.counselors:
            yield f"counselor {pair.counselor_id} is named in a pair, but is not among the counselors"
    for who in sorted(question.weekdays_away):
        if question.counselors is not None and who not in question.counselors:
            yield f"counselor {who} is away on a weekday, but is not among the counselors"


def _contradictions(question: Question) -> Iterator[str]:
    fixed = sorted({(pair.counselor_id, pair.school_id) for pair in question.fixed})
    forbidden = {(pair.counselor_id, pair.school_id) for pair in question.forbidden}
    for counselor, school in fixed:
        if (counselor, school) in forbidden:
            yield f"counselor {counselor} is both fixed to and forbidden at school {school}"
    for counselor, count in sorted(Counter(counselor for counselor, _ in fixed).items()):
        if count > question.room(counselor):
            which = "days of a week" if question.room(counselor) == WEEK else "days that are left of a week"
            yield f"counselor {counselor} is fixed to {count} schools, more than the {question.room(counselor)} {which}"
    days = {need.school_id: need.days_a_week for need in question.needs}
    for school, count in sorted(Counter(school for _, school in fixed).items()):
        if count > days.get(school, count):
            yield f"school {school} is fixed to {count} counselors, more than its {days[school]} days"
