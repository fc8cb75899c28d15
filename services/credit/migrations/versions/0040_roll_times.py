"""When students came late and left early: the law of some states counts minutes.

A roll without times has no row. Whoever has followed rolls before this revision follows them again to have their times.
"""

from collections.abc import Sequence

from alembic import op

revision = "0040"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE roll_times (
            district_id text NOT NULL,
            school_id   text NOT NULL,
            "on"        date NOT NULL,
            period_id   text NOT NULL,
            section_id  text NOT NULL,
            times       int[] NOT NULL,   -- triples: place on the roster, arrived, left
            PRIMARY KEY (district_id, school_id, "on", period_id, section_id)
        )
        """
    )
    op.execute("ALTER TABLE roll_times ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE roll_times FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON roll_times "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON roll_times TO credit_app")
