"""Course credit: the boards' policies, and what was done before a denial. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0041"
down_revision: str | None = "0040"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    "course_credit_policy": """
        level       text NOT NULL,
        begins_on   date NOT NULL,
        policy      jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        PRIMARY KEY (district_id, level, begins_on)
    """,
    "course_credit_action": """
        action_id   uuid NOT NULL,
        school_id   text NOT NULL,
        section_id  text NOT NULL,
        student_id  text NOT NULL,
        action      jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        PRIMARY KEY (district_id, action_id)
    """,
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} (district_id text NOT NULL, {columns})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_district ON {table} "
            "USING (district_id = (SELECT current_setting('app.district_id', true)))"
        )
        op.execute(
            f"CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER rows_are_never_changed")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO credit_app")
    op.execute(
        "CREATE INDEX course_credit_action_of_section ON course_credit_action (district_id, school_id, section_id)"
    )
