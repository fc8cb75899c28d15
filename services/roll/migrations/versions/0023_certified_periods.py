"""The days that certified statements have locked, and the trigger that keeps their rolls.

Whoever writes a roll has appended its entry just before, under the same lock of the stream: of a locked day, that entry
must name a second approver.
"""

from collections.abc import Sequence

from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE certified_period (
        district_id  text    NOT NULL,
        school_id    text    NOT NULL,
        statement_id text    NOT NULL,
        begins_on    date    NOT NULL,
        ends_before  date    NOT NULL CHECK (begins_on < ends_before),
        released     boolean NOT NULL DEFAULT false,
        sequence     bigint  NOT NULL,
        hash         bytea   NOT NULL,
        PRIMARY KEY (district_id, school_id, statement_id),
        FOREIGN KEY (district_id, school_id) REFERENCES school
    )
    """,
    "ALTER TABLE certified_period ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE certified_period FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON certified_period
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT, UPDATE ON certified_period TO roll_app",
    """
    CREATE FUNCTION keep_locked() RETURNS trigger LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM certified_period c
            WHERE c.district_id = NEW.district_id AND c.school_id = NEW.school_id AND NOT c.released
              AND c.begins_on <= NEW."on" AND NEW."on" < c.ends_before
        ) AND NOT EXISTS (
            SELECT FROM stream_head h JOIN entry e USING (district_id, stream, sequence)
            WHERE h.district_id = NEW.district_id AND h.stream = 'school.' || NEW.school_id
              AND convert_from(e.body, 'UTF8')::jsonb ? 'second_approver'
        ) THEN
            RAISE EXCEPTION 'the roll is of a locked period' USING ERRCODE = 'RB001';
        END IF;
        RETURN NEW;
    END $$
    """,
    "REVOKE ALL ON FUNCTION keep_locked FROM PUBLIC",
    """
    CREATE TRIGGER locked_rolls_are_kept BEFORE INSERT OR UPDATE ON roll
        FOR EACH ROW EXECUTE FUNCTION keep_locked()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
