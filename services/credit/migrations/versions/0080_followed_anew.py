"""Following a district anew: who asked for it, when, why, and where its streams stood. Rows are added, never changed.

A stream that stands at its beginning has no epoch. A lock counts as confirmed only since the district was last followed
anew (`anew`: how often it was until then), because a roll that was restored may have lost it.
"""

from collections.abc import Sequence

from alembic import op

revision = "0080"
down_revision: str | None = "0061"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE followed_anew (
            district_id  text NOT NULL,
            asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
            asked_by     text NOT NULL CHECK (asked_by <> ''),
            reason       text NOT NULL CHECK (reason <> ''),
            streams      jsonb NOT NULL,                  -- of each: epoch, sequence, hash, alarm, as it stood
            PRIMARY KEY (district_id, asked_at)
        )
        """
    )
    op.execute("ALTER TABLE followed_anew ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE followed_anew FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON followed_anew "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON followed_anew "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE followed_anew ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON followed_anew TO credit_app")
    op.execute("ALTER TABLE stream_cursor ALTER COLUMN epoch DROP NOT NULL")
    op.execute("ALTER TABLE statement_lock ADD COLUMN anew int NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE statement_lock DROP CONSTRAINT statement_lock_pkey")
    op.execute("ALTER TABLE statement_lock ADD PRIMARY KEY (district_id, statement_id, school_id, anew)")
