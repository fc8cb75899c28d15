"""Stamps of the roster: whoever has read what a roll needs to know of its section can tell whether it still holds.

Whatever is changed of a section, of a school's days and bells or of the codes gives it a new stamp, in the same
transaction and whoever changes it. Stamps are drawn, not counted, so that none comes twice, not even when the database
is set back to an earlier day.
"""

from collections.abc import Sequence

from alembic import op

revision = "0090"
down_revision: str | None = "0060"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STAMPED = {
    "section": "'section.' || section_id",
    "section_teacher": "'section.' || section_id",
    "section_enrollment": "'section.' || section_id",
    "school": "'school.' || school_id",
    "calendar_day": "'school.' || school_id",
    "bell_period": "'school.' || school_id",
    "attendance_code": "'codes'",
}
CHANGES = {"inserted": "INSERT", "updated": "UPDATE", "before_update": "UPDATE", "deleted": "DELETE"}

STAMP = """
    CREATE FUNCTION stamp_{table}() RETURNS trigger
    LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        INSERT INTO roster_stamp AS s (district_id, scope, stamp)
            SELECT c.district_id, {scope}, gen_random_uuid() FROM changed c GROUP BY 1, 2 ORDER BY 1, 2
            ON CONFLICT (district_id, scope) DO UPDATE SET stamp = excluded.stamp;
        RETURN NULL;
    END $$
"""

STATEMENTS = (
    """
    CREATE TABLE roster_stamp (
        district_id text NOT NULL,
        scope       text NOT NULL,
        stamp       uuid NOT NULL,
        PRIMARY KEY (district_id, scope)
    )
    """,
    "ALTER TABLE roster_stamp ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE roster_stamp FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON roster_stamp
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT, UPDATE ON roster_stamp TO roll_app",
    # What a first roll of a section must know, apart from who asks and in which period. The students and teachers are
    # those of every day from `since` (or ever) to before `until` (or for good), so that they can be kept.
    """
    CREATE FUNCTION section_facts(p_district text, p_section text, p_on date)
    RETURNS TABLE (
        school_id text, title text, time_zone text, jurisdiction text, track_id text,
        period_ids text[], weekdays int[], runs boolean, since date, until date,
        students text[], teachers text[], roster int, roster_students text[],
        instructional boolean, bell_periods text[], known_codes jsonb,
        section_stamp uuid, school_stamp uuid, codes_stamp uuid
    ) LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM set_config('app.district_id', p_district, true);
        RETURN QUERY
        WITH enrolled AS MATERIALIZED (
            SELECT e.student_id, e.begins_on, e.ends_before FROM section_enrollment e
            WHERE e.district_id = p_district AND e.section_id = p_section
        ), teaching AS MATERIALIZED (
            SELECT t.staff_id, t.begins_on, t.ends_before FROM section_teacher t
            WHERE t.district_id = p_district AND t.section_id = p_section
        ), turns AS MATERIALIZED (
            SELECT x.begins_on AS "on" FROM enrolled x UNION SELECT x.ends_before FROM enrolled x
            UNION SELECT x.begins_on FROM teaching x UNION SELECT x.ends_before FROM teaching x
            UNION SELECT x.begins_on FROM section x WHERE x.district_id = p_district AND x.section_id = p_section
            UNION SELECT x.ends_before FROM section x WHERE x.district_id = p_district AND x.section_id = p_section
        )
        SELECT n.school_id, n.title, c.time_zone, c.jurisdiction, n.track_id, n.period_ids, n.weekdays,
            n.begins_on <= p_on AND coalesce(p_on < n.ends_before, true),
            (SELECT max(x."on") FROM turns x WHERE x."on" <= p_on),
            (SELECT min(x."on") FROM turns x WHERE x."on" > p_on),
            ARRAY (SELECT DISTINCT x.student_id FROM enrolled x
                   WHERE x.begins_on <= p_on AND coalesce(p_on < x.ends_before, true) ORDER BY 1),
            ARRAY (SELECT x.staff_id FROM teaching x
                   WHERE x.begins_on <= p_on AND coalesce(p_on < x.ends_before, true)),
            s.roster, s.students,
            d.instructional,
            (SELECT array_agg(b.period_id) FROM bell_period b
             WHERE b.district_id = p_district AND b.school_id = n.school_id
               AND b.bell_schedule_id = d.bell_schedule_id),
            (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'district_id'), '[]') FROM attendance_code a
             WHERE a.district_id = p_district AND a.begins_on <= p_on AND coalesce(p_on < a.ends_before, true)),
            (SELECT t.stamp FROM roster_stamp t
             WHERE t.district_id = p_district AND t.scope = 'section.' || p_section),
            (SELECT t.stamp FROM roster_stamp t
             WHERE t.district_id = p_district AND t.scope = 'school.' || n.school_id),
            (SELECT t.stamp FROM roster_stamp t WHERE t.district_id = p_district AND t.scope = 'codes')
        FROM section n
        JOIN school c ON c.district_id = p_district AND c.school_id = n.school_id
        LEFT JOIN calendar_day d ON d.district_id = p_district AND d.school_id = n.school_id
            AND d.track_id = n.track_id AND d."on" = p_on
        LEFT JOIN LATERAL (
            SELECT x.roster, x.students FROM section_roster x
            WHERE x.district_id = p_district AND x.section_id = p_section ORDER BY x.roster DESC LIMIT 1) s ON true
        WHERE n.district_id = p_district AND n.section_id = p_section;
    END $$
    """,
    "REVOKE ALL ON FUNCTION section_facts FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION section_facts TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table, scope in STAMPED.items():
        op.execute(STAMP.format(table=table, scope=scope))
        op.execute(f"REVOKE ALL ON FUNCTION stamp_{table} FROM PUBLIC")
        for name, event in CHANGES.items():
            rows = "OLD" if name in ("before_update", "deleted") else "NEW"
            op.execute(
                f"CREATE TRIGGER stamped_when_{name} AFTER {event} ON {table} "
                f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION stamp_{table}()"
            )
