"""First rolls, all that come at once in one statement: looked over, appended and let stand set by set.

A roll is taken here only if nothing about it is out of the ordinary and all that its sender took for known still is;
any other is left to record_roll. The order of locks is everybody's: streams by name, before anything else is read.
"""

from collections.abc import Sequence

from alembic import op

revision = "0091"
down_revision: str | None = "0090"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATEMENTS = (
    # A head goes forward by one entry, or over several that are there.
    "DROP TRIGGER heads_go_forward_by_one ON stream_head",
    """
    CREATE FUNCTION refuse_leap() RETURNS trigger LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF ROW (NEW.district_id, NEW.stream) IS DISTINCT FROM ROW (OLD.district_id, OLD.stream)
            OR NEW.sequence <= OLD.sequence
            OR NEW.sequence - OLD.sequence <> (
                SELECT count(*) FROM entry e WHERE e.district_id = NEW.district_id AND e.stream = NEW.stream
                    AND e.sequence > OLD.sequence AND e.sequence <= NEW.sequence)
            OR NEW.hash IS DISTINCT FROM (
                SELECT e.hash FROM entry e WHERE e.district_id = NEW.district_id AND e.stream = NEW.stream
                    AND e.sequence = NEW.sequence)
        THEN
            RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP;
        END IF;
        RETURN NEW;
    END $$
    """,
    "REVOKE ALL ON FUNCTION refuse_leap FROM PUBLIC",
    """
    CREATE TRIGGER heads_go_forward_over_entries BEFORE UPDATE ON stream_head FOR EACH ROW
        WHEN (ROW (NEW.district_id, NEW.stream, NEW.sequence)
              IS DISTINCT FROM ROW (OLD.district_id, OLD.stream, OLD.sequence + 1))
        EXECUTE FUNCTION refuse_leap()
    """,
    "ALTER TABLE stream_head ENABLE ALWAYS TRIGGER heads_go_forward_over_entries",
    # The streams that nobody else holds, held from here to commit; or all, waited for.
    """
    CREATE FUNCTION hold_streams(p_district text, p_streams text[], p_wait boolean) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF p_wait THEN
            RETURN ARRAY (SELECT h.stream FROM stream_head h
                WHERE h.district_id = p_district AND h.stream = ANY (p_streams) ORDER BY h.stream FOR UPDATE);
        END IF;
        RETURN ARRAY (SELECT h.stream FROM stream_head h
            WHERE h.district_id = p_district AND h.stream = ANY (p_streams) ORDER BY h.stream FOR UPDATE SKIP LOCKED);
    END $$
    """,
    "REVOKE ALL ON FUNCTION hold_streams FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION hold_streams TO roll_app",
    # append_entry for many: entry i goes to p_streams[i]. Each stream's entries stand together, in their order.
    """
    CREATE FUNCTION append_entries(
        p_district text, p_streams text[], p_bodies bytea[], p_write_ids uuid[], p_write_digests bytea[],
        OUT sequences bigint[], OUT hashes bytea[]
    ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = roll, pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        head stream_head;
        named bytea;
    BEGIN
        IF p_district IS DISTINCT FROM current_setting('app.district_id', true) THEN
            RAISE EXCEPTION 'an entry is appended to the district of the transaction' USING ERRCODE = '42501';
        END IF;
        FOR i IN 1 .. cardinality(p_streams) LOOP
            IF head.stream IS DISTINCT FROM p_streams[i] THEN
                SELECT * INTO STRICT head FROM stream_head h
                    WHERE h.district_id = p_district AND h.stream = p_streams[i] FOR UPDATE;
                named := '\\x01'::bytea
                    || int4send(octet_length(convert_to(p_district, 'UTF8'))) || convert_to(p_district, 'UTF8')
                    || int4send(octet_length(convert_to(head.stream, 'UTF8'))) || convert_to(head.stream, 'UTF8');
            END IF;
            head.sequence := head.sequence + 1;
            head.hash := sha256(named || int8send(head.sequence) || head.hash || sha256(p_bodies[i]));
            sequences[i] := head.sequence;
            hashes[i] := head.hash;
        END LOOP;
        INSERT INTO entry (district_id, stream, sequence, hash, body, write_id, write_digest)
            SELECT p_district, u.* FROM unnest(p_streams, sequences, hashes, p_bodies, p_write_ids, p_write_digests) u;
        UPDATE stream_head h SET sequence = u.sequence, hash = u.hash
            FROM (SELECT DISTINCT ON (x.stream) x.* FROM unnest(p_streams, sequences, hashes) x (stream, sequence, hash)
                  ORDER BY x.stream, x.sequence DESC) u
            WHERE h.district_id = p_district AND h.stream = u.stream;
    END $$
    """,
    "REVOKE ALL ON FUNCTION append_entries FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION append_entries TO roll_app",
    # A roll that stands for the first time is held against the locks with all that stand with it.
    "DROP TRIGGER locked_rolls_are_kept ON roll",
    """
    CREATE TRIGGER locked_rolls_are_kept BEFORE UPDATE ON roll FOR EACH ROW EXECUTE FUNCTION keep_locked()
    """,
    """
    CREATE FUNCTION keep_locked_days() RETURNS trigger
    LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT n.district_id, n.school_id, n."on", n.sequence FROM taken n) n
            JOIN certified_period c ON c.district_id = n.district_id AND c.school_id = n.school_id AND NOT c.released
                AND c.begins_on <= n."on" AND n."on" < c.ends_before
            WHERE NOT EXISTS (
                SELECT FROM stream_head h JOIN entry e USING (district_id, stream, sequence)
                CROSS JOIN LATERAL CAST(convert_from(e.body, 'UTF8') AS jsonb) AS said
                WHERE h.district_id = n.district_id AND h.stream = 'school.' || n.school_id
                  AND said ->> 'on' = CAST(n."on" AS text) AND said ? 'approval_id'
                  AND approval_of(
                      n.district_id, n.school_id, n."on", NULL,
                      coalesce(CAST(said ->> 'act_id' AS uuid), e.write_id), said ->> 'by', said ->> 'role',
                      CAST(said ->> 'at' AS timestamptz), CAST(said ->> 'approval_id' AS uuid)) IS NOT NULL)
        ) THEN
            RAISE EXCEPTION 'the roll is of a locked period' USING ERRCODE = 'RB001';
        END IF;
        RETURN NULL;
    END $$
    """,
    "REVOKE ALL ON FUNCTION keep_locked_days FROM PUBLIC",
    """
    CREATE TRIGGER locked_days_are_kept AFTER INSERT ON roll REFERENCING NEW TABLE AS taken
        FOR EACH STATEMENT EXECUTE FUNCTION keep_locked_days()
    """,
    """
    CREATE TYPE first_roll AS (
        district_id text, stream text, school_id text, section_id text, "on" date, period_id text,
        roster int, new_roster text[], new_roster_body bytea, codes text[], marks text, times jsonb,
        body bytea, write_id uuid, write_digest bytea, section_stamp uuid, school_stamp uuid, codes_stamp uuid
    )
    """,
    # `outcome` is recorded, busy (another transaction holds the stream), other (the roll has been taken, or the write
    # is on record) or moved (something is not as its sender took it for, or the day is locked).
    """
    CREATE FUNCTION take_rolls(p_rolls first_roll[], p_wait boolean)
    RETURNS TABLE (number bigint, outcome text, sequence bigint, hash bytea)
    LANGUAGE plpgsql SET search_path = roll, pg_catalog, pg_temp AS $$
    #variable_conflict use_column
    DECLARE
        district text;
        held text[];
        good bigint[];
        rolls bigint[];  -- whose entry each is; of a roster's entry null
        streams text[];
        bodies bytea[];
        write_ids uuid[];
        digests bytea[];
        sequences bigint[];
        hashes bytea[];
    BEGIN
        FOR district IN SELECT DISTINCT u.district_id FROM unnest(p_rolls) u ORDER BY 1 LOOP
            PERFORM set_config('app.district_id', district, true);
            held := hold_streams(
                district, ARRAY (SELECT u.stream FROM unnest(p_rolls) u WHERE u.district_id = district), p_wait);
            good := ARRAY (
                SELECT u.ordinality
                FROM (
                    SELECT x.*,
                        row_number() OVER (PARTITION BY x.section_id, x."on", x.period_id ORDER BY x.ordinality)
                            AS of_place,
                        row_number() OVER (PARTITION BY x.write_id ORDER BY x.ordinality) AS of_name,
                        row_number() OVER (PARTITION BY x.section_id, x.new_roster IS NULL ORDER BY x.ordinality)
                            AS of_roster
                    FROM unnest(p_rolls) WITH ORDINALITY x
                    WHERE x.district_id = district AND x.stream = ANY (held)) u
                WHERE u.of_place = 1 AND u.of_name = 1 AND (u.of_roster = 1 OR u.new_roster IS NULL)
                  AND (SELECT t.stamp FROM roster_stamp t WHERE t.district_id = district
                       AND t.scope = 'section.' || u.section_id) IS NOT DISTINCT FROM u.section_stamp
                  AND (SELECT t.stamp FROM roster_stamp t WHERE t.district_id = district
                       AND t.scope = 'school.' || u.school_id) IS NOT DISTINCT FROM u.school_stamp
                  AND (SELECT t.stamp FROM roster_stamp t WHERE t.district_id = district
                       AND t.scope = 'codes') IS NOT DISTINCT FROM u.codes_stamp
                  AND coalesce((SELECT max(s.roster) FROM section_roster s WHERE s.district_id = district
                       AND s.section_id = u.section_id), 0) = u.roster - (u.new_roster IS NOT NULL)::int
                  AND (SELECT r.version FROM roll r WHERE r.district_id = district AND r.section_id = u.section_id
                       AND r."on" = u."on" AND r.period_id = u.period_id) IS NULL
                  AND (SELECT e.sequence FROM entry e WHERE e.district_id = district AND e.write_id = u.write_id)
                       IS NULL
                  AND (SELECT min(c.begins_on) FROM certified_period c
                       WHERE c.district_id = district AND c.school_id = u.school_id AND NOT c.released
                         AND c.begins_on <= u."on" AND u."on" < c.ends_before) IS NULL);
            IF good <> '{}' THEN
                SELECT array_agg(x.roll), array_agg(x.stream), array_agg(x.body), array_agg(x.write_id),
                       array_agg(x.write_digest)
                    INTO rolls, streams, bodies, write_ids, digests
                FROM (
                    SELECT u.stream, e.* FROM unnest(p_rolls) WITH ORDINALITY u
                    CROSS JOIN LATERAL (VALUES
                        (1, NULL, u.new_roster_body, NULL, NULL), (2, u.ordinality, u.body, u.write_id, u.write_digest)
                    ) e (part, roll, body, write_id, write_digest)
                    WHERE u.ordinality = ANY (good) AND e.body IS NOT NULL
                    ORDER BY u.stream, u.ordinality, e.part) x;
                SELECT a.* INTO sequences, hashes FROM append_entries(district, streams, bodies, write_ids, digests) a;
                INSERT INTO section_roster (district_id, section_id, roster, students)
                    SELECT district, u.section_id, u.roster, u.new_roster FROM unnest(p_rolls) WITH ORDINALITY u
                    WHERE u.ordinality = ANY (good) AND u.new_roster IS NOT NULL;
                INSERT INTO roll (district_id, school_id, "on", section_id, period_id, version, roster, sequence,
                                  codes, marks, times)
                    SELECT district, u.school_id, u."on", u.section_id, u.period_id, 1, u.roster, a.sequence,
                           u.codes, u.marks, u.times
                    FROM unnest(p_rolls) WITH ORDINALITY u
                    JOIN unnest(rolls, sequences) a (ordinality, sequence) USING (ordinality);
                RETURN QUERY SELECT a.* FROM (
                    SELECT x.roll, 'recorded', x.sequence, x.hash
                    FROM unnest(rolls, sequences, hashes) x (roll, sequence, hash) WHERE x.roll IS NOT NULL) a;
            END IF;
            RETURN QUERY
                SELECT u.ordinality, CASE
                        WHEN u.stream <> ALL (held) THEN 'busy'
                        WHEN EXISTS (SELECT FROM entry e WHERE e.district_id = district AND e.write_id = u.write_id)
                          OR EXISTS (SELECT FROM roll r WHERE r.district_id = district AND r.section_id = u.section_id
                                     AND r."on" = u."on" AND r.period_id = u.period_id)
                        THEN 'other' ELSE 'moved' END, NULL::bigint, NULL::bytea
                FROM unnest(p_rolls) WITH ORDINALITY u
                WHERE u.district_id = district AND u.ordinality <> ALL (good);
        END LOOP;
    END $$
    """,
    "REVOKE ALL ON FUNCTION take_rolls FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION take_rolls TO roll_app",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
