"""Who has read what of whose record. The application's role may add to it and read it, never change it."""

from collections.abc import Sequence

from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    # `about` is what was read, such as section.algebra-1: the way from a student to the reads that showed her, since
    # row-level security keeps an index on student_ids from being used.
    """
    CREATE TABLE access (
        district_id text        NOT NULL,
        about       text        NOT NULL,
        at          timestamptz NOT NULL,
        access_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
        subject     text        NOT NULL,
        role        text        NOT NULL,
        route       text        NOT NULL,
        student_ids text[]      NOT NULL,
        PRIMARY KEY (district_id, about, at, access_id)
    )
    """,
    "ALTER TABLE access ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE access FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON access
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT ON access TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
