"""Releases of statements' locks, as the schools' streams tell them: made of these alone."""

from collections.abc import Sequence

from alembic import op

revision = "0101"
down_revision: str | None = "0100"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE lock_release (
            district_id  text NOT NULL,
            statement_id text NOT NULL,
            school_id    text NOT NULL,
            released_at  timestamptz NOT NULL,
            released_by  text NOT NULL,
            PRIMARY KEY (district_id, statement_id, school_id)
        )
        """
    )
    op.execute("ALTER TABLE lock_release ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE lock_release FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON lock_release "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON lock_release TO credit_app")
