"""What was read is never changed, and only the reads of the school's own officials may ever be pruned.

Whoever else has read a student's record has been disclosed it, and that is on record as long as the student's record is
(34 CFR 99.32(a)(2)). The application's role may delete neither.
"""

from collections.abc import Sequence

from alembic import op

revision = "0081"
down_revision: str | None = "0050"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE FUNCTION keep_disclosures() RETURNS trigger
    LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.role IN ('teacher', 'attendance_clerk', 'principal', 'counselor', 'district_office')
        THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a disclosure is kept as long as the record: % refused', TG_OP;
    END $$
    """,
    "REVOKE ALL ON FUNCTION keep_disclosures FROM PUBLIC",
    """
    CREATE TRIGGER disclosures_are_kept BEFORE UPDATE OR DELETE ON access
        FOR EACH ROW EXECUTE FUNCTION keep_disclosures()
    """,
    "ALTER TABLE access ENABLE ALWAYS TRIGGER disclosures_are_kept",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
