"""Which rolls are due: the sections that meet on a day, and the students whose roll is taken there.

A roll is due where at least one member is to be marked on it, by the school's own roll mode (rule NY-2):

- every period: wherever a student has a section in a period of instruction;
- daily: in the track's official period (rule TX-9) or, for a student who has nothing then, in the first later one that
  she has, or the nearest earlier; without an official period in the first that she has;
- twice daily: the same of each half of the day, of which one has no official period. The afternoon begins when lunch
  ends: the first period without instruction that begins at 10:30 or later; where there is none, at noon.

The rule is shared.schema.roll_day, which counting in columns asks; DUE says it in SQL, and test_due_rolls holds them
together.

A section meets on the instructional days of its track that fall in its span and on its weekdays, in those of its
periods that the day's bell schedule has. A day whose bell schedule is not known has all of them, at unknown times.
"""

from shared.schema.roll_day import LUNCH_FROM, NOON

IN_THE_DAY = """
    official DESC,
    CASE WHEN begins_at IS NULL THEN coalesce(period_id COLLATE "C" >= official_period_id, true)
         ELSE coalesce(begins_at >= anchor, true) END DESC,
    abs(extract(epoch FROM begins_at - coalesce(anchor, '00:00'))) NULLS LAST,
    period_id COLLATE "C", section_id COLLATE "C"
"""

MEETING = f"""
    WITH day AS MATERIALIZED (
        SELECT d.school_id, d.track_id, d."on", c.roll_mode, c.time_zone,
               t.official_period_id, bells.official_begins_at, bells.bell_schedule_id, bells.afternoon_begins_at
        FROM roll.school c
        JOIN roll.calendar_day d ON d.district_id = c.district_id AND d.school_id = c.school_id
            AND d.instructional AND d."on" >= $3 AND d."on" < $4
        LEFT JOIN LATERAL (
            SELECT x.track_id, x.official_period_id FROM roll.track x
            WHERE x.district_id = $1 AND x.school_id = d.school_id AND x.track_id = d.track_id
              AND x.begins_on <= d."on" AND coalesce(d."on" < x.ends_before, true)
            ORDER BY x.begins_on DESC LIMIT 1) t ON true
        LEFT JOIN LATERAL (
            SELECT b.bell_schedule_id,
                   min(b.begins_at) FILTER (WHERE b.period_id = t.official_period_id) AS official_begins_at,
                   coalesce(min(b.ends_at) FILTER (WHERE NOT b.instructional AND b.begins_at >= '{LUNCH_FROM}'),
                            '{NOON}') AS afternoon_begins_at
            FROM roll.bell_period b
            WHERE b.district_id = $1 AND b.school_id = d.school_id AND b.bell_schedule_id = d.bell_schedule_id
            GROUP BY b.bell_schedule_id) bells ON true
        WHERE c.district_id = $1 AND ($2::text[] IS NULL OR c.school_id = ANY ($2))
          AND (t.track_id IS NOT NULL OR NOT EXISTS (
              SELECT FROM roll.track x
              WHERE x.district_id = $1 AND x.school_id = d.school_id AND x.track_id = d.track_id))
    ), meeting AS MATERIALIZED (
        SELECT y.school_id, n.section_id, n.title, y."on", p.period_id, b.begins_at, b.ends_at, y.time_zone,
               y.roll_mode, coalesce(b.instructional, true) AS instructional,
               y.official_period_id, y.official_begins_at, y.afternoon_begins_at,
               coalesce(p.period_id = y.official_period_id, false) AS official,
               CASE WHEN y.roll_mode <> 'twice_daily'
                    OR (y.official_begins_at >= y.afternoon_begins_at) = (b.begins_at >= y.afternoon_begins_at)
                    THEN y.official_begins_at END AS anchor,
               y.roll_mode = 'twice_daily' AND b.begins_at >= y.afternoon_begins_at AS afternoon, r.version, r.roster
        FROM day y
        JOIN roll.section n ON n.district_id = $1 AND n.school_id = y.school_id AND n.track_id = y.track_id
            AND n.begins_on <= y."on" AND coalesce(y."on" < n.ends_before, true)
            AND extract(isodow FROM y."on")::int = ANY (n.weekdays)
            AND ($5::text[] IS NULL OR n.section_id IN (
                SELECT e.section_id FROM roll.section_enrollment e
                WHERE e.district_id = $1 AND e.student_id = ANY ($5)))
        CROSS JOIN LATERAL (SELECT DISTINCT unnest(n.period_ids)) AS p (period_id)
        LEFT JOIN roll.bell_period b ON b.district_id = $1 AND b.school_id = y.school_id
            AND b.bell_schedule_id = y.bell_schedule_id AND b.period_id = p.period_id
        LEFT JOIN roll.roll r ON r.district_id = $1 AND r.section_id = n.section_id
            AND r."on" = y."on" AND r.period_id = p.period_id
        WHERE y.bell_schedule_id IS NULL OR b.period_id IS NOT NULL
    )
"""  # noqa: S608 - all of it is ours
"""The beginning of a statement that goes on `SELECT ... FROM meeting`: a row a section, day and period, due or not.

$1 district, $2 schools (NULL: all), $3 the first day, $4 the day after the last, $5 students, only whose sections are
looked at (NULL: all). `version` and `roster` are those of the roll that was taken.
"""

DUE = f"""{MEETING}, seat AS (
        SELECT m.*, e.student_id
        FROM meeting m
        JOIN roll.section_enrollment e ON e.district_id = $1 AND e.section_id = m.section_id
            AND e.begins_on <= m."on" AND coalesce(m."on" < e.ends_before, true)
            AND e.student_id = ANY ($5)
        WHERE EXISTS (
                SELECT FROM roll.school_enrollment s
                WHERE s.district_id = $1 AND s.student_id = e.student_id
                  AND s.entry_date <= m."on" AND coalesce(m."on" < s.withdrawal_date, true))
          AND (m.roll_mode <> 'every_period' OR m.instructional)
    ), due AS (
        SELECT seat.*, 1 AS turn FROM seat WHERE roll_mode = 'every_period'
        UNION ALL
        SELECT * FROM (
            SELECT seat.*, row_number() OVER (
                PARTITION BY school_id, "on", student_id, afternoon
                ORDER BY {IN_THE_DAY}) AS turn
            FROM seat WHERE roll_mode <> 'every_period') ranked
        WHERE turn = 1
    )
"""  # noqa: S608 - all of it is ours
"""The same, to go on `SELECT ... FROM due`: a row a roll that is due and student of $5, of whom there are some.

Of all the students of a school it is slow: due_seats.py comes to the same in columns.
"""
