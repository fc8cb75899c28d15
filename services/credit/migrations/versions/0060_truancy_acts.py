"""California's ladder of truancy: what was done, with its trail. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0060"
down_revision: str | None = "0071"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE truancy_act (
            district_id text NOT NULL,
            act_id      uuid NOT NULL,
            school_id   text NOT NULL,
            student_id  text NOT NULL,
            done_on     date NOT NULL,
            withdraws   uuid,
            act         jsonb NOT NULL,
            recorded_at timestamptz NOT NULL,
            recorded_by text NOT NULL,
            PRIMARY KEY (district_id, act_id),
            FOREIGN KEY (district_id, withdraws) REFERENCES truancy_act,
            CONSTRAINT an_act_is_withdrawn_once UNIQUE (district_id, withdraws)
        )
        """
    )
    op.execute("ALTER TABLE truancy_act ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE truancy_act FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON truancy_act "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute(
        "CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON truancy_act "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute("ALTER TABLE truancy_act ENABLE ALWAYS TRIGGER rows_are_never_changed")
    op.execute("GRANT SELECT, INSERT ON truancy_act TO credit_app")
    op.execute("CREATE INDEX truancy_act_of_school ON truancy_act (district_id, school_id, done_on)")
