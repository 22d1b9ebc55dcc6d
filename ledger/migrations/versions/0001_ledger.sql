-- Roles. A login role of an external database gets its password from the operator.
DO $$
DECLARE wanted record;
BEGIN
    FOR wanted IN
        SELECT * FROM (VALUES
            ('huiyin_owner', 'NOLOGIN'), ('huiyin_app', 'LOGIN'), ('huiyin_daemon', 'LOGIN'), ('huiyin_sealer', 'LOGIN')
        ) AS roles(name, may)
    LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I %s', wanted.name, wanted.may);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- roles belong to the server, not to the database
        END;
        EXECUTE format('GRANT %I TO CURRENT_USER', wanted.name);
    END LOOP;
END $$;

CREATE SCHEMA ledger AUTHORIZATION huiyin_owner;
CREATE SCHEMA control AUTHORIZATION huiyin_owner;
CREATE SCHEMA boards AUTHORIZATION huiyin_daemon;

SET LOCAL ROLE huiyin_owner;

-- The counter row of each ledger. Locked until commit, so position order is commit order and has no gaps.
CREATE TABLE ledger.ledger_head (
    ledger text NOT NULL PRIMARY KEY CHECK (ledger ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    position bigint NOT NULL DEFAULT 0,
    recorded_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

-- History. Column names are those of the eventsourcing library, so that its readers work.
CREATE TABLE ledger.events (
    ledger text NOT NULL,
    notification_id bigint NOT NULL,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL CHECK (octet_length(state) <= 60000),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (ledger, notification_id),
    UNIQUE (ledger, originator_id, originator_version)
);

-- What became of each command: makes every command idempotent.
CREATE TABLE ledger.receipts (
    ledger text NOT NULL,
    command_id uuid NOT NULL,
    stream uuid NOT NULL,
    body_digest bytea NOT NULL,
    first_position bigint, -- null: nothing had to be added
    last_position bigint NOT NULL,
    version bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (ledger, command_id)
);

-- Refusals of gates, which an auditor wants to see too.
CREATE TABLE ledger.attempts (
    ledger text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    attempted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    stream uuid NOT NULL,
    command text NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    rule text NOT NULL,
    reason text NOT NULL,
    body_digest bytea NOT NULL,
    PRIMARY KEY (ledger, id)
);

-- How far each read model has come; `beat_at` moves even when there is nothing to do.
CREATE TABLE control.checkpoints (
    ledger text NOT NULL,
    model text NOT NULL,
    version int NOT NULL,
    position bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    beat_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (ledger, model, version)
) WITH (fillfactor = 50);

-- Bearer tokens, by SHA-256 of the token: the token itself is shown once and kept nowhere.
CREATE TABLE control.tokens (
    digest bytea NOT NULL PRIMARY KEY,
    principal text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    revoked_at timestamptz
);

GRANT USAGE ON SCHEMA ledger TO huiyin_app, huiyin_daemon, huiyin_sealer;
GRANT USAGE ON SCHEMA control TO huiyin_app, huiyin_daemon;
GRANT SELECT ON ledger.ledger_head, ledger.events, ledger.receipts, ledger.attempts TO huiyin_app;
GRANT SELECT ON ledger.ledger_head, ledger.events TO huiyin_daemon, huiyin_sealer;
GRANT SELECT ON control.checkpoints, control.tokens TO huiyin_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON control.checkpoints TO huiyin_daemon;

SET LOCAL ROLE huiyin_daemon;
GRANT USAGE ON SCHEMA boards TO huiyin_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA boards GRANT SELECT ON TABLES TO huiyin_app;
RESET ROLE;
