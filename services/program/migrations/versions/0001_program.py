"""What the program keeps: facts of schools, selections, assignments, evidence. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    # The newest version of a school is the one that holds.
    "school_facts": """
        school_id text NOT NULL, version int NOT NULL CHECK (version > 0),
        name text NOT NULL, level text NOT NULL CHECK (level IN ('elementary', 'middle', 'high', 'span')),
        api text, enrollments jsonb NOT NULL, place jsonb, kept_at timestamptz NOT NULL, kept_by text NOT NULL,
        PRIMARY KEY (district_id, school_id, version)""",
    # Documents are kept as their canonical bytes, so that their digests can be checked for ever.
    "selection": """
        selection_id uuid NOT NULL, program_year int NOT NULL, made_at timestamptz NOT NULL, made_by text NOT NULL,
        request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
        basis bytea NOT NULL, input bytea NOT NULL, outcome bytea NOT NULL,
        PRIMARY KEY (district_id, selection_id)""",
    "assignment": """
        assignment_id uuid NOT NULL, selection_id uuid NOT NULL, supersedes uuid,
        made_at timestamptz NOT NULL, made_by text NOT NULL,
        request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
        question bytea NOT NULL, answer bytea NOT NULL,
        PRIMARY KEY (district_id, assignment_id),
        FOREIGN KEY (district_id, selection_id) REFERENCES selection,
        FOREIGN KEY (district_id, supersedes) REFERENCES assignment,
        CONSTRAINT an_assignment_is_superseded_once UNIQUE (district_id, supersedes)""",
    "evidence": """
        evidence_id uuid NOT NULL, school_id text NOT NULL, program_year int NOT NULL,
        kept_at timestamptz NOT NULL, kept_by text NOT NULL, said bytea NOT NULL,
        PRIMARY KEY (district_id, evidence_id)""",
}

INDEXES = (
    "CREATE INDEX selections_by_time ON selection (district_id, made_at, selection_id)",
    "CREATE INDEX assignments_of_a_selection ON assignment (district_id, selection_id)",
    "CREATE INDEX evidence_of_a_school ON evidence (district_id, program_year, school_id)",
)


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'what the program has kept is append-only: % refused', TG_OP;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION refuse_change FROM PUBLIC")
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
