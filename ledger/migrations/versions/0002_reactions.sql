-- Reactions append as the application does, and alone move their own checkpoint.
DO $$
BEGIN
    CREATE ROLE huiyin_reactions LOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the server, not to the database
END $$;
GRANT huiyin_reactions TO CURRENT_USER;
GRANT huiyin_app TO huiyin_reactions;

SET LOCAL ROLE huiyin_owner;

-- How far reactions have come: every event up to `position` and every day up to `day` has been answered.
CREATE TABLE control.reactions (
    ledger text NOT NULL PRIMARY KEY,
    position bigint NOT NULL,
    day date NOT NULL,
    day_position bigint, -- the position at which the day after `day` is being judged; null: none is under way
    simulated_day date, -- the last day that `huiyin tick` has let pass for simulated cases; null: none yet
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_at timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 50);

GRANT SELECT ON control.reactions TO huiyin_app;
GRANT INSERT, UPDATE ON control.reactions TO huiyin_reactions;

-- What a ledger already holds when reactions come to it has been dealt with by people; one that is opened later
-- begins at 0. Either way the first day is the day of the first start, in Asia/Shanghai.
INSERT INTO control.reactions (ledger, position, day)
SELECT ledger, position, (clock_timestamp() AT TIME ZONE INTERVAL '8 hours')::date - 1 FROM ledger.ledger_head;

RESET ROLE;
