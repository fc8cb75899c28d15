"""Checkpoints that were signed: kept so that no two ever speak of different streams, and never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0020"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE checkpoint (
        district_id text        NOT NULL,
        stream      text        NOT NULL,
        size        bigint      NOT NULL CHECK (size > 0),
        hash        bytea       NOT NULL CHECK (octet_length(hash) = 32),
        signed_at   timestamptz NOT NULL,
        note        text        NOT NULL,
        PRIMARY KEY (district_id, stream, size)
    )
    """,
    """
    CREATE TRIGGER checkpoints_are_never_changed BEFORE UPDATE OR DELETE ON checkpoint
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    "ALTER TABLE checkpoint ENABLE ALWAYS TRIGGER checkpoints_are_never_changed",
    "ALTER TABLE checkpoint ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE checkpoint FORCE ROW LEVEL SECURITY",
    """
    CREATE POLICY one_district ON checkpoint
        USING (district_id = (SELECT current_setting('app.district_id', true)))
    """,
    "GRANT SELECT, INSERT ON checkpoint TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
