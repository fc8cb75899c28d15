"""A selection as others read it: small groups concealed, and the order that would place them between others. Pure."""

from collections.abc import Sequence

from services.program.concealment import NOT_SHOWN, Sight
from services.program.selection_documents import Ground, Line, Outcome, Selection

HIDDEN = dict.fromkeys(("at_or_above", "with_a_rate", "without_a_rate", "share_percent", "enrollment", "rank"))
OUTCOMES = tuple(Outcome)


def is_hidden(line: Line, sight: Sight) -> bool:
    return any(sight.hides(line.school_id, students) for students in (line.with_a_rate, line.enrollment))


def conceal_selection(selection: Selection, sight: Sight) -> Selection:
    """The same selection where nothing is hidden from this reader.

    Else nobody's rank is shown (a gap would be the hidden school's), the hidden stand last, and there is no digest: a
    digest of everything else and one small number can be tried until it fits.
    """
    if not any(is_hidden(line, sight) for line in selection.lines):
        return selection
    lines = [_shown(line, sight) for line in selection.lines]
    return selection.model_copy(update={"input_digest": None, "lines": tuple(_in_order(lines))})


def is_concealed(selection: Selection) -> bool:
    return selection.input_digest is None


def _in_order(lines: Sequence[Line]) -> Sequence[Line]:
    """By outcome; those shown as they stood; then those hidden, who come by school id."""
    return sorted(
        lines, key=lambda line: (OUTCOMES.index(line.outcome), (line.school_id, line.target) if line.is_hidden else ())
    )


def _shown(line: Line, sight: Sight) -> Line:
    if is_hidden(line, sight):
        grounds = tuple(_without_numbers(ground) for ground in line.resting_on if ground.what != "share")
        return line.model_copy(update=HIDDEN | {"because": NOT_SHOWN, "resting_on": grounds})
    if line.rank is None or line.school_id in sight.own:
        return line
    return line.model_copy(update={"rank": None, "because": "it qualifies; ranks are not shown beside small groups"})


def _without_numbers(ground: Ground) -> Ground:
    return ground.model_copy(update={"because": NOT_SHOWN}) if ground.what == "counselor days a week" else ground
