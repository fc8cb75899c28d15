"""A school's rolls of a month and period in one row, gathered when they are first built together.

Made of table roll and nothing else, so an earlier database needs no conversion: what is not there is gathered when it
is asked for. Whoever changes a roll takes its month away in the same transaction.
"""

from collections.abc import Sequence

from alembic import op

revision = "0110"
down_revision: str | None = "0080"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE roll_month (
            district_id text   NOT NULL,
            school_id   text   NOT NULL,
            month       date   NOT NULL CHECK (extract(day FROM month) = 1),
            period_id   text   NOT NULL,
            sections    text[] NOT NULL,                    -- of each run: its section, roster, codes (as in roll),
            rosters     int[]  NOT NULL,
            codes       text[] NOT NULL,
            students    int[]  NOT NULL,                    -- how long its roster is, and how many rolls it has,
            rolls       int[]  NOT NULL,
            adjusted    text[] NOT NULL,                    -- and the positions adjusted of each, as '3,4;;0;'
            days        bytea  NOT NULL,                    -- of every roll, run after run: days since 0000-12-31,
            marks       text   NOT NULL,                    -- four bytes each (little-endian), and its marks
            PRIMARY KEY (district_id, school_id, month, period_id)
        )
        """
    )
    op.execute("ALTER TABLE roll_month ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE roll_month FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON roll_month "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON roll_month TO credit_app")
