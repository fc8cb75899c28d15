"""Approvals: a locked day opens to an act that somebody else has approved with a token of her own.

`approval` says only where the approvals of a school are in its stream: what they allow is read from the entry itself,
so a row that was put in by hand opens nothing.
"""

from collections.abc import Sequence

from alembic import op

revision = "0080"
down_revision: str | None = "0024"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE approval (
        district_id text        NOT NULL,
        school_id   text        NOT NULL,
        sequence    bigint      NOT NULL,
        approval_id uuid        NOT NULL,
        expires_at  timestamptz NOT NULL,
        PRIMARY KEY (district_id, school_id, sequence),
        FOREIGN KEY (district_id, school_id) REFERENCES school
    )
    """,
    "ALTER TABLE approval ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE approval FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON approval
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT ON approval TO roll_app",
    # An act is opened by its own id, a day to the office only, and only when every statement that locks it was named.
    """
    CREATE FUNCTION approval_of(
        p_district text, p_school text, p_on date, p_release text, p_act uuid, p_by text, p_role text, p_at timestamptz,
        p_named uuid
    ) RETURNS uuid LANGUAGE sql STABLE SET search_path = roll, pg_catalog, pg_temp AS $$
        SELECT a.approval_id
        FROM approval a
        JOIN entry e ON e.district_id = a.district_id AND e.stream = 'school.' || a.school_id
            AND e.sequence = a.sequence AND e.write_id = a.approval_id
        CROSS JOIN LATERAL CAST(convert_from(e.body, 'UTF8') AS jsonb) AS said
        WHERE a.district_id = p_district AND a.school_id = p_school AND a.expires_at > p_at
          AND (p_named IS NULL OR a.approval_id = p_named)
          AND said ->> 'kind' = 'change_approved' AND CAST(said ->> 'expires_at' AS timestamptz) > p_at
          AND said ->> 'role' IN ('attendance_clerk', 'principal', 'district_office') AND said ->> 'by' <> p_by
          AND CASE WHEN p_release IS NOT NULL THEN
                  said -> 'release' = 'true' AND said -> 'statements' ? p_release
              ELSE
                  (said ->> 'act_id' = CAST(p_act AS text)
                      OR said ->> 'on' = CAST(p_on AS text) AND p_role IN ('attendance_clerk', 'district_office'))
                  AND NOT EXISTS (
                      SELECT FROM certified_period c
                      WHERE c.district_id = p_district AND c.school_id = p_school AND NOT c.released
                        AND c.begins_on <= p_on AND p_on < c.ends_before
                        AND NOT said -> 'statements' ? c.statement_id)
              END
        ORDER BY a.sequence DESC LIMIT 1
    $$
    """,
    "REVOKE ALL ON FUNCTION approval_of FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION approval_of TO roll_app",
    """
    CREATE OR REPLACE FUNCTION keep_locked() RETURNS trigger
    LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM certified_period c
            WHERE c.district_id = NEW.district_id AND c.school_id = NEW.school_id AND NOT c.released
              AND c.begins_on <= NEW."on" AND NEW."on" < c.ends_before
        ) AND NOT EXISTS (
            SELECT FROM stream_head h JOIN entry e USING (district_id, stream, sequence)
            CROSS JOIN LATERAL CAST(convert_from(e.body, 'UTF8') AS jsonb) AS said
            WHERE h.district_id = NEW.district_id AND h.stream = 'school.' || NEW.school_id
              AND said ->> 'on' = CAST(NEW."on" AS text) AND said ? 'approval_id'
              AND approval_of(
                  NEW.district_id, NEW.school_id, NEW."on", NULL,
                  coalesce(CAST(said ->> 'act_id' AS uuid), e.write_id), said ->> 'by', said ->> 'role',
                  CAST(said ->> 'at' AS timestamptz), CAST(said ->> 'approval_id' AS uuid)) IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'the roll is of a locked period' USING ERRCODE = 'RB001';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION keep_certified() RETURNS trigger LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF OLD.released OR NOT NEW.released
            OR (NEW.district_id, NEW.school_id, NEW.statement_id, NEW.begins_on, NEW.ends_before)
               <> (OLD.district_id, OLD.school_id, OLD.statement_id, OLD.begins_on, OLD.ends_before)
            OR NOT EXISTS (
                SELECT FROM stream_head h JOIN entry e USING (district_id, stream, sequence)
                CROSS JOIN LATERAL CAST(convert_from(e.body, 'UTF8') AS jsonb) AS said
                WHERE h.district_id = NEW.district_id AND h.stream = 'school.' || NEW.school_id
                  AND said ->> 'kind' = 'period_unlocked' AND said ->> 'statement_id' = NEW.statement_id
                  AND said ? 'approval_id'
                  AND approval_of(
                      NEW.district_id, NEW.school_id, NULL, NEW.statement_id, NULL, said ->> 'by', said ->> 'role',
                      CAST(said ->> 'at' AS timestamptz), CAST(said ->> 'approval_id' AS uuid)) IS NOT NULL
            )
        THEN
            RAISE EXCEPTION 'a lock is released by an entry that somebody else approved' USING ERRCODE = 'RB001';
        END IF;
        RETURN NEW;
    END $$
    """,
    "REVOKE ALL ON FUNCTION keep_certified FROM PUBLIC",
    """
    CREATE TRIGGER locks_are_only_released BEFORE UPDATE ON certified_period
        FOR EACH ROW EXECUTE FUNCTION keep_certified()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
