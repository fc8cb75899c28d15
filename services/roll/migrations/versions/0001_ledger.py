"""The ledger: streams of entries that are appended and never changed, each linked to the one before by its hash.

Nobody but append_entry writes the ledger: the application's role may read it and call the function, the owner's own
mistakes are refused by triggers, and what an administrator could still do shows in the chain.
"""

from collections.abc import Sequence

from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    """
    CREATE TABLE feed_epoch (
        epoch             uuid   NOT NULL DEFAULT gen_random_uuid(),
        system_identifier bigint NOT NULL,
        timeline_id       int    NOT NULL,
        PRIMARY KEY (system_identifier, timeline_id)
    )
    """,
    """
    CREATE TABLE stream_head (
        district_id text   NOT NULL,
        stream      text   NOT NULL,
        sequence    bigint NOT NULL DEFAULT 0,
        hash        bytea  NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(hash) = 32),
        PRIMARY KEY (district_id, stream)
    )
    """,
    """
    CREATE TABLE entry (
        district_id text   NOT NULL,
        stream      text   NOT NULL,
        sequence    bigint NOT NULL CHECK (sequence > 0),
        hash        bytea  NOT NULL CHECK (octet_length(hash) = 32),
        body        bytea  NOT NULL,
        write_id     uuid,                -- the caller's own name for the write that made this entry
        write_digest bytea CHECK (octet_length(write_digest) = 32),
        CHECK ((write_id IS NULL) = (write_digest IS NULL)),
        PRIMARY KEY (district_id, stream, sequence)
    )
    """,
    "CREATE UNIQUE INDEX a_write_is_named_once ON entry (district_id, write_id) WHERE write_id IS NOT NULL",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
    END $$
    """,
    """
    CREATE TRIGGER entries_are_never_changed BEFORE UPDATE OR DELETE ON entry
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER entries_are_never_truncated BEFORE TRUNCATE ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "ALTER TABLE entry ENABLE ALWAYS TRIGGER entries_are_never_changed",
    "ALTER TABLE entry ENABLE ALWAYS TRIGGER entries_are_never_truncated",
    # A head goes forward by one entry. What refuses the rest costs nothing while nothing is refused.
    """
    CREATE TRIGGER heads_go_forward_by_one BEFORE UPDATE ON stream_head FOR EACH ROW
        WHEN (ROW (NEW.district_id, NEW.stream, NEW.sequence)
              IS DISTINCT FROM ROW (OLD.district_id, OLD.stream, OLD.sequence + 1))
        EXECUTE FUNCTION refuse_change()
    """,
    "CREATE TRIGGER heads_are_never_deleted BEFORE DELETE ON stream_head FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER heads_are_never_truncated BEFORE TRUNCATE ON stream_head "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "ALTER TABLE stream_head ENABLE ALWAYS TRIGGER heads_go_forward_by_one",
    "ALTER TABLE stream_head ENABLE ALWAYS TRIGGER heads_are_never_deleted",
    "ALTER TABLE stream_head ENABLE ALWAYS TRIGGER heads_are_never_truncated",
    # The head's row lock is held until commit: so commits come in the order of the sequence, a rollback gives its
    # number back, and a hole is an error that a reader can see.
    """
    CREATE FUNCTION append_entry(
        p_district text, p_stream text, p_body bytea, p_write_id uuid DEFAULT NULL, p_write_digest bytea DEFAULT NULL,
        OUT sequence bigint, OUT hash bytea
    ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = roll, pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        head stream_head;
    BEGIN
        IF p_district IS DISTINCT FROM current_setting('app.district_id', true) THEN
            RAISE EXCEPTION 'an entry is appended to the district of the transaction' USING ERRCODE = '42501';
        END IF;
        SELECT * INTO head FROM stream_head h
            WHERE h.district_id = p_district AND h.stream = p_stream FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO stream_head (district_id, stream) VALUES (p_district, p_stream) ON CONFLICT DO NOTHING;
            SELECT * INTO head FROM stream_head h
                WHERE h.district_id = p_district AND h.stream = p_stream FOR UPDATE;
        END IF;
        append_entry.sequence := head.sequence + 1;
        append_entry.hash := sha256(
            '\\x01'::bytea
            || int4send(octet_length(convert_to(p_district, 'UTF8'))) || convert_to(p_district, 'UTF8')
            || int4send(octet_length(convert_to(p_stream, 'UTF8'))) || convert_to(p_stream, 'UTF8')
            || int8send(append_entry.sequence) || head.hash || sha256(p_body));
        INSERT INTO entry (district_id, stream, sequence, hash, body, write_id, write_digest)
            VALUES (p_district, p_stream, append_entry.sequence, append_entry.hash, p_body, p_write_id, p_write_digest);
        UPDATE stream_head h SET sequence = append_entry.sequence, hash = append_entry.hash
            WHERE h.district_id = p_district AND h.stream = p_stream;
    END $$
    """,
    "REVOKE ALL ON FUNCTION append_entry FROM PUBLIC",
    "REVOKE ALL ON FUNCTION refuse_change FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION append_entry TO roll_app",
    "GRANT SELECT ON entry, stream_head TO roll_app",
    "GRANT SELECT, INSERT ON feed_epoch TO roll_app",
)

DISTRICT_TABLES = ("entry", "stream_head")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in DISTRICT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_district ON {table} "
            "USING (district_id = (SELECT current_setting('app.district_id', true)))"
        )
