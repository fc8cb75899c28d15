"""The roster as it stands: what the SIS said last. How it came to stand so is in the ledger."""

from collections.abc import Sequence

from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    "attendance_code": """
        code text NOT NULL, begins_on date NOT NULL, ends_before date, definition text NOT NULL,
        presence text NOT NULL, excused boolean, present_at_official_roll boolean, office_only boolean NOT NULL,
        PRIMARY KEY (district_id, code, begins_on)""",
    "school": """
        school_id text NOT NULL, name text NOT NULL, jurisdiction text NOT NULL, time_zone text NOT NULL,
        roll_mode text NOT NULL,
        PRIMARY KEY (district_id, school_id)""",
    "track": """
        school_id text NOT NULL, track_id text NOT NULL, school_year int NOT NULL,
        begins_on date NOT NULL, ends_before date, official_period_id text,
        PRIMARY KEY (district_id, school_id, track_id, school_year),
        FOREIGN KEY (district_id, school_id) REFERENCES school""",
    "reporting_period": """
        school_id text NOT NULL, track_id text NOT NULL, school_year int NOT NULL, number int NOT NULL,
        name text NOT NULL, begins_on date NOT NULL, ends_before date,
        PRIMARY KEY (district_id, school_id, track_id, school_year, number),
        FOREIGN KEY (district_id, school_id) REFERENCES school""",
    "bell_period": """
        school_id text NOT NULL, bell_schedule_id text NOT NULL, period_id text NOT NULL,
        begins_at time NOT NULL, ends_at time NOT NULL, instructional boolean NOT NULL,
        PRIMARY KEY (district_id, school_id, bell_schedule_id, period_id),
        FOREIGN KEY (district_id, school_id) REFERENCES school""",
    "calendar_day": """
        school_id text NOT NULL, track_id text NOT NULL, "on" date NOT NULL, instructional boolean NOT NULL,
        bell_schedule_id text, closed text, cause text,
        PRIMARY KEY (district_id, school_id, track_id, "on"),
        FOREIGN KEY (district_id, school_id) REFERENCES school""",
    "student": """
        student_id text NOT NULL, given_name text, family_name text, birth_date date, address text, guardians jsonb,
        PRIMARY KEY (district_id, student_id)""",
    "staff": """
        staff_id text NOT NULL, name text NOT NULL,
        PRIMARY KEY (district_id, staff_id)""",
    "school_enrollment": """
        school_id text NOT NULL, student_id text NOT NULL, entry_date date NOT NULL, withdrawal_date date,
        grade text NOT NULL, track_id text NOT NULL, scheduled_minutes int, ada_eligibility_code text,
        category text, non_claimable_reason text,
        PRIMARY KEY (district_id, school_id, student_id, entry_date),
        FOREIGN KEY (district_id, school_id) REFERENCES school,
        FOREIGN KEY (district_id, student_id) REFERENCES student""",
    "section": """
        school_id text NOT NULL, section_id text NOT NULL, title text NOT NULL, track_id text NOT NULL,
        begins_on date NOT NULL, ends_before date, period_ids text[] NOT NULL, weekdays int[] NOT NULL,
        PRIMARY KEY (district_id, section_id),
        FOREIGN KEY (district_id, school_id) REFERENCES school""",
    "section_teacher": """
        school_id text NOT NULL, section_id text NOT NULL, staff_id text NOT NULL,
        begins_on date NOT NULL, ends_before date, substitute boolean NOT NULL,
        PRIMARY KEY (district_id, section_id, staff_id, begins_on),
        FOREIGN KEY (district_id, section_id) REFERENCES section,
        FOREIGN KEY (district_id, staff_id) REFERENCES staff""",
    "section_enrollment": """
        school_id text NOT NULL, section_id text NOT NULL, student_id text NOT NULL,
        begins_on date NOT NULL, ends_before date,
        PRIMARY KEY (district_id, section_id, student_id, begins_on),
        FOREIGN KEY (district_id, section_id) REFERENCES section,
        FOREIGN KEY (district_id, student_id) REFERENCES student""",
}

INDEXES = (
    "CREATE INDEX sections_of_a_teacher ON section_teacher (district_id, staff_id)",
    "CREATE INDEX sections_of_a_school ON section (district_id, school_id)",
    "CREATE INDEX sections_of_a_student ON section_enrollment (district_id, student_id)",
    "CREATE INDEX enrollments_of_a_student ON school_enrollment (district_id, student_id)",
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
    for index in INDEXES:
        op.execute(index)
