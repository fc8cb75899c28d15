"""Illinois: the averages of years that were counted before Rollbook. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0092"
down_revision: str | None = "0091"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE earlier_ada (
            district_id text NOT NULL,
            entry_id    uuid NOT NULL,
            school_id   text NOT NULL,                    -- '' for the whole district
            school_year int NOT NULL,
            entry       jsonb NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            PRIMARY KEY (district_id, entry_id)
        )
        """
    )
    op.execute("ALTER TABLE earlier_ada ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE earlier_ada FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON earlier_ada "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON earlier_ada "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE earlier_ada ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON earlier_ada TO credit_app")
