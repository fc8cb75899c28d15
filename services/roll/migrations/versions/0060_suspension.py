"""Codes say whether a student is suspended, and tracks how many minutes of absence are a whole day (New York)."""

from collections.abc import Sequence

from alembic import op

revision = "0060"
down_revision: str | None = "0070"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE attendance_code ADD COLUMN suspension text")
    op.execute("ALTER TABLE track ADD COLUMN whole_day_absence_minutes int")
