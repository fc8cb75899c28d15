"""What was answered to an adjustment of many marks, so that a retry is answered the same."""

from collections.abc import Sequence

from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE group_adjustment (
        district_id   text  NOT NULL,
        adjustment_id uuid  NOT NULL,
        digest        bytea NOT NULL CHECK (octet_length(digest) = 32),
        answer        text  NOT NULL,
        PRIMARY KEY (district_id, adjustment_id)
    )
    """,
    "ALTER TABLE group_adjustment ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE group_adjustment FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON group_adjustment
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT ON group_adjustment TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
