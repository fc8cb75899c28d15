"""Interventions, and who has read which students' attendance. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0020"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    "intervention": """
        intervention_id uuid NOT NULL, school_id text NOT NULL, program_year int NOT NULL, supersedes uuid,
        kept_at timestamptz NOT NULL, kept_by text NOT NULL, said bytea NOT NULL,
        PRIMARY KEY (district_id, intervention_id),
        FOREIGN KEY (district_id, supersedes) REFERENCES intervention,
        CONSTRAINT an_intervention_is_superseded_once UNIQUE (district_id, supersedes)""",
    "disclosure": """
        disclosure_id uuid NOT NULL, school_id text NOT NULL, read_at timestamptz NOT NULL,
        read_by text NOT NULL, role text NOT NULL, route text NOT NULL,
        students jsonb NOT NULL CHECK (jsonb_typeof(students) = 'array'),
        PRIMARY KEY (district_id, disclosure_id)""",
}

INDEXES = (
    "CREATE INDEX interventions_of_a_school ON intervention (district_id, program_year, school_id)",
    "CREATE INDEX disclosures_of_a_student ON disclosure USING gin (students jsonb_path_ops)",
    "CREATE INDEX disclosures_by_time ON disclosure (district_id, read_at)",
)


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
        op.execute(f"GRANT SELECT, INSERT ON {table} TO program_app")
    for index in INDEXES:
        op.execute(index)
