"""Certified statements, the days that they lock in roll, and roll's confirmations. Rows are added, never changed."""

from collections.abc import Sequence

from alembic import op

revision = "0020"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = {
    # school_id '' is the whole district, period 0 the whole year. One edition follows another, each superseding it.
    "statement": """
        statement_id   text NOT NULL,
        school_id      text NOT NULL,
        school_year    int  NOT NULL,
        period         int  NOT NULL,
        through        date NOT NULL,
        edition        int  NOT NULL CHECK (edition > 0),
        supersedes     text,
        reason         text,
        certified_at   timestamptz NOT NULL,
        certified_by   text NOT NULL,
        request_digest bytea NOT NULL CHECK (octet_length(request_digest) = 32),
        digest         bytea NOT NULL CHECK (digest = sha256(document)),
        count_digest   bytea NOT NULL CHECK (octet_length(count_digest) = 32),
        places         jsonb NOT NULL,                      -- of each stream: epoch and the feed's cursor there
        document       bytea NOT NULL,
        CHECK ((edition = 1) = (supersedes IS NULL) AND (supersedes IS NULL) = (reason IS NULL)),
        PRIMARY KEY (district_id, statement_id),
        FOREIGN KEY (district_id, supersedes) REFERENCES statement,
        CONSTRAINT a_statement_is_superseded_once UNIQUE (district_id, supersedes),
        CONSTRAINT one_statement_stands UNIQUE (district_id, school_id, school_year, period, edition)
    """,
    "statement_span": """
        statement_id text NOT NULL,
        school_id    text NOT NULL,
        begins_on    date NOT NULL,
        ends_before  date NOT NULL CHECK (begins_on < ends_before),
        PRIMARY KEY (district_id, statement_id, school_id),
        FOREIGN KEY (district_id, statement_id) REFERENCES statement
    """,
    # There is no row until roll has confirmed the lock: that is how a crash between the two is healed.
    "statement_lock": """
        statement_id text NOT NULL,
        school_id    text NOT NULL,
        locked_at    timestamptz NOT NULL,
        sequence     bigint NOT NULL,
        hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
        PRIMARY KEY (district_id, statement_id, school_id),
        FOREIGN KEY (district_id, statement_id, school_id) REFERENCES statement_span
    """,
}


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = credit, pg_catalog, pg_temp
        AS $$
        BEGIN
            RAISE EXCEPTION 'what was certified is append-only: % refused', TG_OP;
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION refuse_change FROM PUBLIC")
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} (district_id text NOT NULL, {columns})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_district ON {table} "
            "USING (district_id = (SELECT current_setting('app.district_id', true)))"
        )
        op.execute(
            f"CREATE TRIGGER rows_are_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER rows_are_never_changed")
        op.execute(f"GRANT SELECT, INSERT ON {table} TO credit_app")
