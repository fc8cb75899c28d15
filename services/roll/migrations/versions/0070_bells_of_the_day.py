"""A section meets in those of its periods that the day's bell schedule has; on a day without known bells, in all.

The students of the day are left out of the answer where they are those of the latest roster, as on nearly every day.
"""

from collections.abc import Sequence

from alembic import op

revision = "0070"
down_revision: str | None = "0081"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

CIRCUMSTANCES = """
    CREATE OR REPLACE FUNCTION roll_circumstances(
        p_district text, p_section text, p_on date, p_period text, p_staff text)
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
                AND extract(isodow FROM p_on)::int = ANY (n.weekdays) AND coalesce(bells.has_period, true),
            d.instructional,
            EXISTS (SELECT FROM section_teacher t
                    WHERE t.district_id = p_district AND t.section_id = p_section AND t.staff_id = p_staff
                      AND t.begins_on <= p_on AND coalesce(p_on < t.ends_before, true)),
            nullif(enrolled.students, s.students), s.roster, s.students,
            r.version, r.roster, r.sequence, r.codes, r.marks, r.teacher_said, r.times, rs.students,
            (SELECT coalesce(jsonb_agg(to_jsonb(a) - 'district_id'), '[]') FROM attendance_code a
             WHERE a.district_id = p_district AND a.begins_on <= p_on AND coalesce(p_on < a.ends_before, true))
        FROM section n
        JOIN school c ON c.district_id = p_district AND c.school_id = n.school_id
        CROSS JOIN LATERAL (
            SELECT ARRAY (SELECT DISTINCT e.student_id FROM section_enrollment e
                          WHERE e.district_id = p_district AND e.section_id = p_section
                            AND e.begins_on <= p_on AND coalesce(p_on < e.ends_before, true)
                          ORDER BY 1) AS students) enrolled
        LEFT JOIN calendar_day d ON d.district_id = p_district AND d.school_id = n.school_id
            AND d.track_id = n.track_id AND d."on" = p_on
        LEFT JOIN LATERAL (
            SELECT bool_or(b.period_id = p_period) AS has_period FROM bell_period b
            WHERE b.district_id = p_district AND b.school_id = n.school_id
              AND b.bell_schedule_id = d.bell_schedule_id) bells ON true
        LEFT JOIN LATERAL (
            SELECT x.roster, x.students FROM section_roster x
            WHERE x.district_id = p_district AND x.section_id = p_section ORDER BY x.roster DESC LIMIT 1) s ON true
        LEFT JOIN roll r ON r.district_id = p_district AND r.section_id = p_section
            AND r."on" = p_on AND r.period_id = p_period
        LEFT JOIN section_roster rs ON rs.district_id = p_district AND rs.section_id = p_section
            AND rs.roster = r.roster
        WHERE n.district_id = p_district AND n.section_id = p_section;
    END $$
"""


def upgrade() -> None:
    op.execute(CIRCUMSTANCES)
