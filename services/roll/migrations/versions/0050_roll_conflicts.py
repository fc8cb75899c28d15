"""Conflicts of merged rolls, and the time in which a teacher may amend a roll.

Conflicts are put on record and never changed: conflicts.py says which are open.
"""

from collections.abc import Sequence

from alembic import op

revision = "0050"
down_revision: str | None = "0080"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE roll_conflict (
        district_id text   NOT NULL,
        school_id   text   NOT NULL,
        section_id  text   NOT NULL,
        "on"        date   NOT NULL,
        period_id   text   NOT NULL,
        sequence    bigint NOT NULL,
        student_id  text   NOT NULL,
        claims      jsonb  NOT NULL,
        PRIMARY KEY (district_id, section_id, "on", period_id, sequence, student_id)
    )
    """,
    "ALTER TABLE roll_conflict ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE roll_conflict FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON roll_conflict
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT ON roll_conflict TO roll_app",
    'CREATE INDEX conflicts_of_a_school ON roll_conflict (district_id, school_id, "on")',
    "ALTER TABLE school ADD COLUMN teacher_edit_minutes int CHECK (teacher_edit_minutes >= 0)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
