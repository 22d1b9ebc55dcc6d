-- The one door to history. Applied again by every migration run in which it has changed.
-- Rights: SECURITY DEFINER as huiyin_owner. The application may call it and may not write any ledger table itself.

CREATE OR REPLACE FUNCTION ledger.open_ledger(p_ledger text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.ledger_head (ledger) VALUES (p_ledger) ON CONFLICT DO NOTHING
$$;

-- Append a batch of commands, each with its events or none, and write their receipts.
--
-- Per command:  c_ids (null: no receipt), c_streams (the stream addressed), c_digests (of the request's body),
--               c_versions (the addressed stream's version after the command).
-- Per event:    e_commands (1-based place of its command), e_streams, e_versions, e_topics, e_states,
--               in the order in which they are to stand in history.
-- Answers one row per command:
--   appended   its events stand at first_position … last_position
--   repeated   a receipt with this id and digest exists: its original answer
--   reused     a receipt with this id but another digest exists: nothing written
--   clashed    a stream is not at the version the command was decided on: nothing written
-- behind_ms says how far the database's clock stood behind the head; recorded_at never runs backwards.
CREATE OR REPLACE FUNCTION ledger.append(
    p_ledger text,
    c_ids uuid[], c_streams uuid[], c_digests bytea[], c_versions bigint[],
    e_commands int[], e_streams uuid[], e_versions bigint[], e_topics text[], e_states bytea[]
) RETURNS TABLE (
    command bigint, outcome text, first_position bigint, last_position bigint, version bigint,
    recorded_at timestamptz, behind_ms bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head ledger.ledger_head;
    stamp timestamptz;
    behind bigint;
BEGIN
    SELECT * INTO head FROM ledger.ledger_head h WHERE h.ledger = p_ledger FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no ledger %', p_ledger USING ERRCODE = 'HY404';
    END IF;
    stamp := greatest(head.recorded_at, clock_timestamp());
    behind := CASE WHEN isfinite(head.recorded_at)
        THEN greatest(0, extract(epoch FROM head.recorded_at - clock_timestamp()) * 1000)::bigint ELSE 0 END;

    -- From here on nobody else writes this ledger, so what these subqueries see stays true until commit.
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(c_ids, c_streams, c_digests, c_versions)
            WITH ORDINALITY AS c (id, stream, digest, version, n)
    ), offered AS MATERIALIZED (
        SELECT * FROM unnest(e_commands, e_streams, e_versions, e_topics, e_states)
            WITH ORDINALITY AS e (n, stream, version, topic, state, place)
    ), known AS MATERIALIZED (
        SELECT a.n, r.body_digest = a.digest AS same, r.first_position, r.last_position, r.version, r.recorded_at
        FROM asked a JOIN ledger.receipts r ON r.ledger = p_ledger AND r.command_id = a.id
    ), clashing AS MATERIALIZED (
        SELECT DISTINCT t.n
        FROM (
            SELECT o.n, o.stream, min(o.version) AS low, max(o.version) AS high, count(*) AS many
            FROM offered o GROUP BY o.n, o.stream
        ) t
        LEFT JOIN LATERAL (
            SELECT e.originator_version AS last FROM ledger.events e
            WHERE e.ledger = p_ledger AND e.originator_id = t.stream
            ORDER BY e.originator_version DESC LIMIT 1
        ) s ON true
        -- a stream begins at 1 (foreign ones may begin at 0) and has no holes
        WHERE t.low <> coalesce(s.last + 1, least(greatest(t.low, 0), 1)) OR t.high - t.low + 1 <> t.many
    ), taken AS MATERIALIZED (
        SELECT a.* FROM asked a
        WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = a.n) AND NOT EXISTS (SELECT FROM clashing c WHERE c.n = a.n)
    ), placed AS MATERIALIZED (
        SELECT o.*, head.position + row_number() OVER (ORDER BY o.n, o.place) AS position
        FROM offered o JOIN taken USING (n)
    ), spans AS MATERIALIZED (
        SELECT p.n, min(p.position) AS low, max(p.position) AS high FROM placed p GROUP BY p.n
    ), written AS (
        INSERT INTO ledger.events
            (ledger, notification_id, originator_id, originator_version, topic, state, recorded_at)
        SELECT p_ledger, p.position, p.stream, p.version, p.topic, p.state, stamp FROM placed p ORDER BY p.position
    ), receipted AS (
        INSERT INTO ledger.receipts
            (ledger, command_id, stream, body_digest, first_position, last_position, version, recorded_at)
        SELECT p_ledger, t.id, t.stream, t.digest, s.low, coalesce(s.high, head.position), t.version, stamp
        FROM taken t LEFT JOIN spans s USING (n) WHERE t.id IS NOT NULL
    ), moved AS (
        UPDATE ledger.ledger_head h SET position = head.position + (SELECT count(*) FROM placed), recorded_at = stamp
        WHERE h.ledger = p_ledger AND EXISTS (SELECT FROM placed)
    )
    SELECT a.n,
        CASE WHEN k.same THEN 'repeated' WHEN k.n IS NOT NULL THEN 'reused' WHEN t.n IS NOT NULL THEN 'appended'
            ELSE 'clashed' END,
        CASE WHEN k.n IS NULL THEN s.low ELSE k.first_position END,
        coalesce(k.last_position, s.high, head.position),
        coalesce(k.version, a.version),
        coalesce(k.recorded_at, stamp),
        behind
    FROM asked a LEFT JOIN known k USING (n) LEFT JOIN taken t USING (n) LEFT JOIN spans s USING (n)
    ORDER BY a.n;
END $$;

-- Note that a gate refused somebody. Not an event of the proposal, but an auditor sees it.
CREATE OR REPLACE FUNCTION ledger.record_attempt(
    p_ledger text, p_stream uuid, p_command text, p_actor text, p_on_behalf_of text, p_rule text, p_reason text,
    p_digest bytea
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.attempts (ledger, stream, command, actor, on_behalf_of, rule, reason, body_digest)
    VALUES (p_ledger, p_stream, p_command, p_actor, p_on_behalf_of, p_rule, p_reason, p_digest)
$$;

REVOKE ALL ON FUNCTION ledger.open_ledger, ledger.append, ledger.record_attempt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.open_ledger, ledger.append, ledger.record_attempt TO huiyin_app;
