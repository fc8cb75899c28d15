"""A district may have more than 65,535 cases: a sheet that needs it has numbers of four bytes. Old ones stay."""

from collections.abc import Sequence

from alembic import op

revision = "0070"
down_revision: str | None = "0041"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("ALTER TABLE law_case DROP CONSTRAINT law_case_case_no_check")
    op.execute("ALTER TABLE law_case ADD CONSTRAINT law_case_case_no_check CHECK (case_no >= 1)")
    op.execute("ALTER TABLE sheet ADD COLUMN width smallint NOT NULL DEFAULT 2 CHECK (width IN (2, 4))")
