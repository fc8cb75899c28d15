"""What credit keeps: how far it has followed roll, the facts as followed, the cases it has ruled, and the sheets.

Everything here can be made again from roll's streams. Case numbers and student numbers are only ever added, so a
sheet that was built before them stays right.
"""

from collections.abc import Sequence

from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    "stream_cursor": """
        stream      text   NOT NULL,
        epoch       uuid   NOT NULL,
        sequence    bigint NOT NULL CHECK (sequence >= 0),
        hash        bytea  NOT NULL CHECK (octet_length(hash) = 32),
        after       text,                                   -- the feed's cursor there; none before the first page
        head        bigint NOT NULL,
        built       bigint NOT NULL DEFAULT 0,              -- every entry up to this one is in the sheets
        alarm       text,                                   -- why following has stopped; a person must look
        followed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (district_id, stream)
    """,
    # One row of the SIS, whole, under its natural key. Facts that no school owns are those of school ''.
    "fact": """
        school_id  text  NOT NULL,
        collection text  NOT NULL,
        key        text  NOT NULL,
        row        jsonb NOT NULL,
        PRIMARY KEY (district_id, school_id, collection, key)
    """,
    # A student's place in every vector of a school: dense from 1, never reused.
    "student_number": """
        school_id  text NOT NULL,
        number     int  NOT NULL CHECK (number > 0),
        student_id text NOT NULL,
        PRIMARY KEY (district_id, school_id, number),
        UNIQUE (district_id, student_id, school_id)
    """,
    "roster": """
        school_id  text  NOT NULL,
        section_id text  NOT NULL,
        roster     int   NOT NULL,
        students   int[] NOT NULL,
        PRIMARY KEY (district_id, school_id, section_id, roster)
    """,
    # codes are joined by spaces; marks[i] is the digit of the code of the roster's student i.
    "roll": """
        school_id  text NOT NULL,
        "on"       date NOT NULL,
        period_id  text NOT NULL,
        section_id text NOT NULL,
        version    int  NOT NULL,
        roster     int  NOT NULL,
        codes      text NOT NULL,
        marks      text NOT NULL,
        adjusted   int[] NOT NULL,                          -- positions of the marks that the office has adjusted
        PRIMARY KEY (district_id, school_id, "on", period_id, section_id)
    """,
    "law_case": """
        case_no      int   NOT NULL CHECK (case_no BETWEEN 1 AND 65535),
        jurisdiction text  NOT NULL,
        law_digest   text  NOT NULL,
        facts        jsonb NOT NULL,
        facts_key    text  NOT NULL,
        ruling       jsonb NOT NULL,
        explanation  text[] NOT NULL,
        because      text  NOT NULL,
        citation     text  NOT NULL,
        cannot_rule  text,
        membership   int   NOT NULL,
        absent       int   NOT NULL,
        eligible     int   NOT NULL,
        ineligible   int   NOT NULL,
        not_taken    int   NOT NULL,
        CHECK (membership = absent + eligible + ineligible + not_taken),
        PRIMARY KEY (district_id, case_no),
        UNIQUE (district_id, jurisdiction, law_digest, facts_key)
    """,
    # cases: two bytes (little-endian) a student number from 1 on, 0 where she is no member; none when it has problems.
    "sheet": """
        school_id  text  NOT NULL,
        track_id   text  NOT NULL,
        "on"       date  NOT NULL,
        cases      bytea NOT NULL,
        later_roll int   NOT NULL,                          -- students taken at a later period than the official one
        problems   text[] NOT NULL DEFAULT '{}',
        PRIMARY KEY (district_id, school_id, track_id, "on")
    """,
    "touched": """
        school_id text NOT NULL,
        "on"      date NOT NULL,
        PRIMARY KEY (district_id, school_id, "on")
    """,
    # Grow with every change of a school's facts and of its sheets: what is kept in memory is known by them.
    "school_version": """
        school_id text   NOT NULL,
        facts     bigint NOT NULL,
        build     bigint NOT NULL,
        PRIMARY KEY (district_id, school_id)
    """,
    "law_used": """
        jurisdiction text NOT NULL,
        digest       text NOT NULL,
        PRIMARY KEY (district_id, jurisdiction)
    """,
}
ONLY_ADDED = ("student_number", "law_case")


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} (district_id text NOT NULL, {columns})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_district ON {table} "
            "USING (district_id = (SELECT current_setting('app.district_id', true)))"
        )
        verbs = "SELECT, INSERT" if table in ONLY_ADDED else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO credit_app")
