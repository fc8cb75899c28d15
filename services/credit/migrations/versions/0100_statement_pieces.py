"""A statement's bytes are kept in pieces, packed: what stands around its students, and each school's students.

The statement names the digest of its pieces. They are written before it, and the database takes the statement only with
exactly these; afterwards it takes none. Statements that were kept whole stay as they are.
"""

from collections.abc import Sequence

from alembic import op

revision = "0100"
down_revision: str | None = "0110"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FUNCTIONS = {
    "refuse_a_later_piece": """
        BEGIN
            IF EXISTS (SELECT FROM statement
                       WHERE district_id = NEW.district_id AND statement_id = NEW.statement_id) THEN
                RAISE EXCEPTION 'the statement is certified: it has its pieces' USING ERRCODE = 'unique_violation';
            END IF;
            RETURN NEW;
        END
    """,
    "hold_pieces_to_their_digest": """
        BEGIN
            IF NEW.pieces_digest IS DISTINCT FROM (
                SELECT sha256(string_agg(digest || packed, ''::bytea ORDER BY place)) FROM statement_piece
                WHERE district_id = NEW.district_id AND statement_id = NEW.statement_id
            ) THEN
                RAISE EXCEPTION 'a statement has the pieces that it names' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END
    """,
}


def upgrade() -> None:
    op.execute("ALTER TABLE statement ALTER COLUMN document DROP NOT NULL")
    op.execute("ALTER TABLE statement ADD COLUMN pieces_digest bytea CHECK (octet_length(pieces_digest) = 32)")
    op.execute(
        "ALTER TABLE statement ADD CONSTRAINT a_statement_is_whole_or_in_pieces "
        "CHECK ((document IS NULL) = (pieces_digest IS NOT NULL))"
    )
    op.execute(
        """
        CREATE TABLE statement_piece (
            district_id  text  NOT NULL,
            statement_id text  NOT NULL,
            place        int   NOT NULL,
            school_id    text  NOT NULL,                                    -- '' before and after the students
            digest       bytea NOT NULL CHECK (octet_length(digest) = 32),  -- of its text
            packed       bytea NOT NULL,
            PRIMARY KEY (district_id, statement_id, place),
            FOREIGN KEY (district_id, statement_id) REFERENCES statement DEFERRABLE INITIALLY DEFERRED
        )
        """
    )
    op.execute("ALTER TABLE statement_piece ALTER COLUMN packed SET STORAGE EXTERNAL")  # it is packed already
    op.execute("ALTER TABLE statement_piece ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE statement_piece FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY one_district ON statement_piece "
        "USING (district_id = (SELECT current_setting('app.district_id', true)))"
    )
    op.execute("GRANT SELECT, INSERT ON statement_piece TO credit_app")
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = credit, pg_catalog, pg_temp AS $${body}$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
    for trigger, when, table, function in (
        ("rows_are_never_changed", "UPDATE OR DELETE OR TRUNCATE", "statement_piece", "refuse_change"),
        ("no_piece_comes_later", "INSERT", "statement_piece", "refuse_a_later_piece"),
        ("pieces_have_their_digest", "INSERT", "statement", "hold_pieces_to_their_digest"),
    ):
        each = "ROW" if when == "INSERT" else "STATEMENT"
        op.execute(f"CREATE TRIGGER {trigger} BEFORE {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
