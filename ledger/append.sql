-- The one door to history. Applied again by every migration run in which it has changed.
-- Rights: SECURITY DEFINER as huiyin_owner. The application may call it and may not write any ledger table itself.

CREATE OR REPLACE FUNCTION ledger.open_ledger(p_ledger text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.ledger_head (ledger) VALUES (p_ledger) ON CONFLICT DO NOTHING
$$;

-- Append a batch of commands, each with its events or none, and write their receipts.
--
-- Per command:  c_ids (null: no receipt), c_streams (the stream addressed), c_digests (of the request's body),
--               c_versions (the addressed stream's version after the command), c_events (how many of the events),
--               c_lasts (the place of the last of them; where it has none, of the last before).
-- Per event:    e_commands (1-based place of its command), e_streams, e_versions, e_topics, e_states,
--               in the order in which they are to stand in history; the events of a command follow each other.
-- No two commands of a batch share an id or a stream.
--
-- Answers one row for each command that is turned away:
--   repeated   a receipt with this id and digest exists: its original answer
--   reused     a receipt with this id but another digest exists: nothing written
--   clashed    a stream is not at the version the command was decided on: nothing written
-- Every other command was appended, in the order given. Last comes one row for the whole batch, command 0: what was
-- appended stands at first_position … last_position (none: last_position is before first_position), recorded at
-- recorded_at. behind_ms says how far the database's clock stood behind the head; recorded_at never runs backwards.
--
-- The plans are pinned: whatever the statistics say, every look-up is one by index. LIMIT 1 keeps a look-up one: where
-- the planner may make a join of it, it reads the receipts of the whole ledger for a ledger of which it knows nothing.
-- Arrays are unnested side by side in a SELECT list, which costs half of what a function in FROM does.
-- Dropped first: the shape of its answer is no part of its name.
DROP FUNCTION IF EXISTS ledger.append;
CREATE FUNCTION ledger.append(
    p_ledger text,
    c_ids uuid[], c_streams uuid[], c_digests bytea[], c_versions bigint[], c_events int[], c_lasts int[],
    e_commands int[], e_streams uuid[], e_versions bigint[], e_topics text[], e_states bytea[]
) RETURNS TABLE (
    command int, outcome text, first_position bigint, last_position bigint, version bigint,
    recorded_at timestamptz, behind_ms bigint
)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    before bigint;
    stamp timestamptz;
    added bigint := cardinality(e_commands);
    turned_away int[];
BEGIN
    -- Locks the head until commit. From here on nobody else writes this ledger, so what the look-ups see stays true,
    -- and positions follow each other in the order of commits.
    UPDATE ledger.ledger_head h
    SET position = h.position + added, recorded_at = greatest(h.recorded_at, clock_timestamp())
    WHERE h.ledger = p_ledger
    RETURNING h.position - added, h.recorded_at INTO before, stamp;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no ledger %', p_ledger USING ERRCODE = 'HY404';
    END IF;
    behind_ms := greatest(0, extract(epoch FROM stamp - clock_timestamp()) * 1000);

    turned_away := ARRAY(
        SELECT c.n FROM (SELECT generate_subscripts(c_ids, 1) AS n, unnest(c_ids) AS id) c, LATERAL (
            SELECT FROM ledger.receipts r WHERE r.ledger = p_ledger AND r.command_id = c.id LIMIT 1
        ) r
        UNION ALL
        SELECT o.n
        FROM (
            SELECT e.n, e.stream, min(e.version) AS low, max(e.version) AS high, count(*) AS many
            FROM (SELECT unnest(e_commands) AS n, unnest(e_streams) AS stream, unnest(e_versions) AS version) e
            GROUP BY e.n, e.stream
        ) o
        LEFT JOIN LATERAL (
            SELECT e.originator_version AS last FROM ledger.events e
            WHERE e.ledger = p_ledger AND e.originator_id = o.stream
            ORDER BY e.originator_version DESC LIMIT 1
        ) s ON true
        -- a stream begins at 1 (foreign ones may begin at 0) and has no holes
        WHERE o.low <> coalesce(s.last + 1, least(greatest(o.low, 0), 1)) OR o.high - o.low + 1 <> o.many
    );
    IF turned_away <> '{}' THEN
        RETURN QUERY
        SELECT c.n,
            CASE WHEN r.command_id IS NULL THEN 'clashed' WHEN r.body_digest = c.digest THEN 'repeated'
                ELSE 'reused' END,
            r.first_position, coalesce(r.last_position, before), coalesce(r.version, c.version),
            coalesce(r.recorded_at, stamp), behind_ms
        FROM (
            SELECT generate_subscripts(c_ids, 1) AS n, unnest(c_ids) AS id, unnest(c_digests) AS digest,
                unnest(c_versions) AS version
        ) c
        LEFT JOIN LATERAL (
            SELECT * FROM ledger.receipts k WHERE k.ledger = p_ledger AND k.command_id = c.id LIMIT 1
        ) r ON true
        WHERE c.n = ANY (turned_away);

        -- the others are appended as if these had never been sent
        SELECT array_agg(c.id ORDER BY c.n), array_agg(c.stream ORDER BY c.n), array_agg(c.digest ORDER BY c.n),
            array_agg(c.version ORDER BY c.n), array_agg(c.events ORDER BY c.n), array_agg(c.last ORDER BY c.n)
        FROM (
            SELECT *, sum(k.events) OVER (ORDER BY k.n)::int AS last
            FROM (
                SELECT generate_subscripts(c_ids, 1) AS n, unnest(c_ids) AS id, unnest(c_streams) AS stream,
                    unnest(c_digests) AS digest, unnest(c_versions) AS version, unnest(c_events) AS events
            ) k WHERE k.n <> ALL (turned_away)
        ) c INTO c_ids, c_streams, c_digests, c_versions, c_events, c_lasts;
        SELECT array_agg(e.stream ORDER BY e.place), array_agg(e.version ORDER BY e.place),
            array_agg(e.topic ORDER BY e.place), array_agg(e.state ORDER BY e.place), count(*)
        FROM (
            SELECT generate_subscripts(e_states, 1) AS place, unnest(e_commands) AS n, unnest(e_streams) AS stream,
                unnest(e_versions) AS version, unnest(e_topics) AS topic, unnest(e_states) AS state
        ) e WHERE e.n <> ALL (turned_away) INTO e_streams, e_versions, e_topics, e_states, added;
        UPDATE ledger.ledger_head h SET position = before + added WHERE h.ledger = p_ledger;
    END IF;

    INSERT INTO ledger.events
        (ledger, notification_id, originator_id, originator_version, topic, state, recorded_at)
    SELECT p_ledger, before + generate_subscripts(e_states, 1), unnest(e_streams), unnest(e_versions),
        unnest(e_topics), unnest(e_states), stamp;

    INSERT INTO ledger.receipts
        (ledger, command_id, stream, body_digest, first_position, last_position, version, recorded_at)
    SELECT p_ledger, c.id, c.stream, c.digest, CASE WHEN c.events > 0 THEN before + c.last - c.events + 1 END,
        before + c.last, c.version, stamp
    FROM (
        SELECT unnest(c_ids) AS id, unnest(c_streams) AS stream, unnest(c_digests) AS digest,
            unnest(c_versions) AS version, unnest(c_events) AS events, unnest(c_lasts) AS last
    ) c WHERE c.id IS NOT NULL;

    RETURN QUERY SELECT 0, 'appended', before + 1, before + added, NULL::bigint, stamp, behind_ms;
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
