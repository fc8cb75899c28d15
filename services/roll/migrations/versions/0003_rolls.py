"""Rolls as they stand: one row a roll, its marks packed beside a reference to the roster as it stood.

A mark is one character, the position of its code in the roll's own list of codes. `teacher_said` keeps what the
teacher said of the students whose marks the office has adjusted, and `times` the arrivals and departures. record_roll
does in one statement, under the stream's lock, all that taking a roll must do or not do together.
"""

from collections.abc import Sequence

from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    "section_roster": """
        section_id text NOT NULL, roster int NOT NULL, students text[] NOT NULL,
        PRIMARY KEY (district_id, section_id, roster)""",
    "roll": """
        school_id text NOT NULL, "on" date NOT NULL, section_id text NOT NULL, period_id text NOT NULL,
        version int NOT NULL, roster int NOT NULL, sequence bigint NOT NULL,
        codes text[] NOT NULL, marks text NOT NULL COLLATE "C", teacher_said jsonb, times jsonb,
        PRIMARY KEY (district_id, section_id, "on", period_id)""",
    # Which entries spoke about a roll after its first take: the way from a mark to its trail.
    "roll_change": """
        section_id text NOT NULL, "on" date NOT NULL, period_id text NOT NULL, sequence bigint NOT NULL,
        student_id text,
        PRIMARY KEY (district_id, section_id, "on", period_id, sequence)""",
}

FUNCTIONS = (
    """
    CREATE FUNCTION record_roll(
        p_district text, p_stream text, p_school text, p_section text, p_on date, p_period text,
        p_seen_version int, p_roster int, p_new_roster text[], p_new_roster_body bytea,
        p_codes text[], p_marks text, p_teacher_said jsonb, p_times jsonb,
        p_body bytea, p_write_id uuid, p_write_digest bytea,
        OUT outcome text, OUT sequence bigint, OUT hash bytea, OUT version int, OUT body bytea, OUT stream text
    ) LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        earlier entry;
        standing int;
        latest int;
    BEGIN
        PERFORM set_config('app.district_id', p_district, true);
        PERFORM lock_stream(p_district, p_stream);
        SELECT * INTO earlier FROM entry e WHERE e.district_id = p_district AND e.write_id = p_write_id;
        IF FOUND THEN
            outcome := CASE WHEN earlier.write_digest = p_write_digest THEN 'replayed' ELSE 'reused' END;
            sequence := earlier.sequence; hash := earlier.hash; body := earlier.body; stream := earlier.stream;
            RETURN;
        END IF;
        SELECT r.version INTO standing FROM roll r
            WHERE r.district_id = p_district AND r.section_id = p_section AND r."on" = p_on AND r.period_id = p_period;
        standing := coalesce(standing, 0);
        version := standing + 1;
        IF standing <> p_seen_version THEN
            outcome := 'stale';
            version := standing;
            RETURN;
        END IF;
        SELECT max(s.roster) INTO latest FROM section_roster s
            WHERE s.district_id = p_district AND s.section_id = p_section;
        IF p_new_roster IS NOT NULL THEN
            IF coalesce(latest, 0) + 1 <> p_roster THEN
                outcome := 'roster_moved';
                RETURN;
            END IF;
            PERFORM append_entry(p_district, p_stream, p_new_roster_body);
            INSERT INTO section_roster (district_id, section_id, roster, students)
                VALUES (p_district, p_section, p_roster, p_new_roster);
        END IF;
        SELECT a.sequence, a.hash INTO sequence, hash
            FROM append_entry(p_district, p_stream, p_body, p_write_id, p_write_digest) a;
        INSERT INTO roll AS r (district_id, school_id, "on", section_id, period_id, version, roster, sequence,
                              codes, marks, teacher_said, times)
            VALUES (p_district, p_school, p_on, p_section, p_period, version, p_roster, sequence,
                    p_codes, p_marks, p_teacher_said, p_times)
            ON CONFLICT (district_id, section_id, "on", period_id) DO UPDATE
            SET version = excluded.version, roster = excluded.roster, codes = excluded.codes, marks = excluded.marks,
                teacher_said = excluded.teacher_said, times = excluded.times;
        IF standing > 0 THEN
            INSERT INTO roll_change (district_id, section_id, "on", period_id, sequence)
                VALUES (p_district, p_section, p_on, p_period, sequence);
        END IF;
        outcome := 'recorded';
        stream := p_stream;
        body := p_body;
    END $$
    """,
    "REVOKE ALL ON FUNCTION record_roll FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION record_roll TO roll_app",
    # Many rolls in one statement and one commit. A roll whose stream another transaction holds is left to be recorded
    # by itself, so that a long write in one school does not keep the others waiting.
    """
    CREATE FUNCTION stream_is_free(p_district text, p_stream text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM FROM stream_head h WHERE h.district_id = p_district AND h.stream = p_stream FOR UPDATE SKIP LOCKED;
        RETURN FOUND OR NOT EXISTS (
            SELECT FROM stream_head h WHERE h.district_id = p_district AND h.stream = p_stream);
    END $$
    """,
    "REVOKE ALL ON FUNCTION stream_is_free FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION stream_is_free TO roll_app",
    """
    CREATE TYPE roll_to_record AS (
        district_id text, stream text, school_id text, section_id text, "on" date, period_id text,
        seen_version int, roster int, new_roster text[], new_roster_body bytea,
        codes text[], marks text, teacher_said jsonb, times jsonb, body bytea, write_id uuid, write_digest bytea
    )
    """,
    """
    CREATE FUNCTION record_rolls(p_rolls roll_to_record[])
    RETURNS TABLE (
        number bigint, outcome text, sequence bigint, hash bytea, version int, body bytea, stream text
    ) LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        r record;
    BEGIN
        FOR r IN SELECT * FROM unnest(p_rolls) WITH ORDINALITY AS u (
            district_id, stream, school_id, section_id, "on", period_id, seen_version, roster, new_roster,
            new_roster_body, codes, marks, teacher_said, times, body, write_id, write_digest, number)
            ORDER BY u.district_id, u.stream, u.number
        LOOP
            PERFORM set_config('app.district_id', r.district_id, true);
            IF stream_is_free(r.district_id, r.stream) THEN
                RETURN QUERY SELECT r.number, x.outcome, x.sequence, x.hash, x.version, x.body, x.stream
                    FROM record_roll(r.district_id, r.stream, r.school_id, r.section_id, r."on", r.period_id,
                        r.seen_version, r.roster, r.new_roster, r.new_roster_body, r.codes, r.marks,
                        r.teacher_said, r.times, r.body, r.write_id, r.write_digest) x;
            ELSE
                RETURN QUERY SELECT r.number, 'busy', NULL::bigint, NULL::bytea, NULL::int, NULL::bytea, NULL::text;
            END IF;
        END LOOP;
    END $$
    """,
    "REVOKE ALL ON FUNCTION record_rolls FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION record_rolls TO roll_app",
    # All that must be known to take or read a roll, in one round trip. No row: there is no such section.
    """
    CREATE FUNCTION roll_circumstances(p_district text, p_section text, p_on date, p_period text, p_staff text)
    RETURNS TABLE (
        school_id text, title text, time_zone text, jurisdiction text, meets boolean, instructional boolean,
        teaches boolean, students text[], roster int, roster_students text[], version int, roll_roster int,
        sequence bigint, codes text[], marks text, teacher_said jsonb, times jsonb,
        roll_students text[], known_codes jsonb
    ) LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM set_config('app.district_id', p_district, true);
        RETURN QUERY
        SELECT n.school_id, n.title, c.time_zone, c.jurisdiction,
            p_period = ANY (n.period_ids) AND n.begins_on <= p_on AND coalesce(p_on < n.ends_before, true)
                AND extract(isodow FROM p_on)::int = ANY (n.weekdays),
            d.instructional,
            EXISTS (SELECT FROM section_teacher t
                    WHERE t.district_id = p_district AND t.section_id = p_section AND t.staff_id = p_staff
                      AND t.begins_on <= p_on AND coalesce(p_on < t.ends_before, true)),
            ARRAY (SELECT DISTINCT e.student_id FROM section_enrollment e
                   WHERE e.district_id = p_district AND e.section_id = p_section
                     AND e.begins_on <= p_on AND coalesce(p_on < e.ends_before, true) ORDER BY 1),
            s.roster, s.students,
            r.version, r.roster, r.sequence, r.codes, r.marks, r.teacher_said, r.times, rs.students,
            (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'district_id'), '[]') FROM attendance_code a
             WHERE a.district_id = p_district AND a.begins_on <= p_on AND coalesce(p_on < a.ends_before, true))
        FROM section n
        JOIN school c ON c.district_id = p_district AND c.school_id = n.school_id
        LEFT JOIN calendar_day d ON d.district_id = p_district AND d.school_id = n.school_id
            AND d.track_id = n.track_id AND d."on" = p_on
        LEFT JOIN LATERAL (
            SELECT x.roster, x.students FROM section_roster x
            WHERE x.district_id = p_district AND x.section_id = p_section ORDER BY x.roster DESC LIMIT 1) s ON true
        LEFT JOIN roll r ON r.district_id = p_district AND r.section_id = p_section
            AND r."on" = p_on AND r.period_id = p_period
        LEFT JOIN section_roster rs ON rs.district_id = p_district AND rs.section_id = p_section
            AND rs.roster = r.roster
        WHERE n.district_id = p_district AND n.section_id = p_section;
    END $$
    """,
    "REVOKE ALL ON FUNCTION roll_circumstances FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION roll_circumstances TO roll_app",
    # Takes the row lock that append_entry would take, earlier: what is read after it cannot change under us.
    """
    CREATE FUNCTION lock_stream(p_district text, p_stream text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = roll, pg_catalog, pg_temp AS $$
    DECLARE
        reached bigint;
    BEGIN
        SELECT h.sequence INTO reached FROM stream_head h
            WHERE h.district_id = p_district AND h.stream = p_stream FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO stream_head (district_id, stream) VALUES (p_district, p_stream) ON CONFLICT DO NOTHING;
            SELECT h.sequence INTO reached FROM stream_head h
                WHERE h.district_id = p_district AND h.stream = p_stream FOR UPDATE;
        END IF;
        RETURN reached;
    END $$
    """,
    "REVOKE ALL ON FUNCTION lock_stream FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION lock_stream TO roll_app",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} (district_id text NOT NULL, {columns})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_district ON {table} "
            "USING (district_id = (SELECT current_setting('app.district_id', true)))"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO roll_app")
    for function in FUNCTIONS:
        op.execute(function)
