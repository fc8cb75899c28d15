"""The grade bands by which a district of New York fills form SA-129. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0061"
down_revision: str | None = "0060"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE state_aid_bands (
            district_id text NOT NULL,
            begins_on   date NOT NULL,
            bands       jsonb NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            PRIMARY KEY (district_id, begins_on)
        )
        """
    )
    op.execute("ALTER TABLE state_aid_bands ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE state_aid_bands FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON state_aid_bands "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON state_aid_bands "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE state_aid_bands ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON state_aid_bands TO credit_app")
