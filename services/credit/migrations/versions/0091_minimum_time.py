"""By which grid a district counts the minutes of Illinois. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0091"
down_revision: str | None = "0090"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE minimum_time_setting (
            district_id text NOT NULL,
            setting_id  uuid NOT NULL,
            setting     jsonb NOT NULL,
            set_at      timestamptz NOT NULL,
            set_by      text NOT NULL,
            PRIMARY KEY (district_id, setting_id)
        )
        """
    )
    op.execute("ALTER TABLE minimum_time_setting ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE minimum_time_setting FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON minimum_time_setting "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON minimum_time_setting "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE minimum_time_setting ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON minimum_time_setting TO credit_app")
