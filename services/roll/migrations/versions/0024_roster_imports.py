"""How far each import of a roster has come."""

from collections.abc import Sequence

from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE roster_import (
        district_id text        NOT NULL,
        import_id   uuid        NOT NULL,
        state       text        NOT NULL CHECK (state IN ('running', 'finished', 'refused')),
        done        int         NOT NULL,
        total       int         NOT NULL,
        updated_at  timestamptz NOT NULL,
        PRIMARY KEY (district_id, import_id)
    )
    """,
    "ALTER TABLE roster_import ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE roster_import FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON roster_import
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT, UPDATE ON roster_import TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
