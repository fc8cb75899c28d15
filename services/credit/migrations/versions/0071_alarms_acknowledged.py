"""Who acknowledged which alarm of a stream, when, and what was found. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0071"
down_revision: str | None = "0051"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE alarm_acknowledged (
            district_id     text NOT NULL,
            stream          text NOT NULL,
            acknowledged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            sequence        bigint NOT NULL,
            alarm           text NOT NULL,
            acknowledged_by text NOT NULL CHECK (acknowledged_by <> ''),
            note            text NOT NULL CHECK (note <> ''),
            PRIMARY KEY (district_id, stream, acknowledged_at)
        )
        """
    )
    op.execute("ALTER TABLE alarm_acknowledged ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE alarm_acknowledged FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON alarm_acknowledged "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON alarm_acknowledged "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE alarm_acknowledged ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON alarm_acknowledged TO credit_app")
