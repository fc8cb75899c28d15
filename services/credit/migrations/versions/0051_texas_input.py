"""What Texas's year asks for and rolls do not say. An edition is added; nothing is changed."""

from collections.abc import Sequence

from alembic import op

revision = "0051"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE texas_input (
            district_id text NOT NULL,
            collection  text NOT NULL,
            school_id   text NOT NULL,
            key         text NOT NULL,
            edition     integer NOT NULL,
            row         jsonb NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            PRIMARY KEY (district_id, collection, school_id, key, edition)
        )
        """
    )
    op.execute("ALTER TABLE texas_input ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE texas_input FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON texas_input "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON texas_input "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE texas_input ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON texas_input TO credit_app")
