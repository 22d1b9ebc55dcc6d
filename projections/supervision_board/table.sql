CREATE TABLE {table} (
    ledger text NOT NULL,
    stream uuid NOT NULL,
    session text,
    case_no int,
    title text NOT NULL,
    lead_proposer text NOT NULL,
    transferred_on date,
    stage text NOT NULL,
    units jsonb NOT NULL,
    tasks jsonb NOT NULL,
    leader text,
    key_proposal boolean NOT NULL,
    due_on date,
    due_soon_days int NOT NULL,
    rounds int NOT NULL,
    returns int NOT NULL,
    objections int NOT NULL,
    contacts int NOT NULL,
    difficulties int NOT NULL,
    revisits int NOT NULL,
    replied_on date,
    result_class text,
    class_scheme text,
    reassessed_class text,
    commitments jsonb NOT NULL,
    archived_on date,
    satisfaction text,
    awaited int NOT NULL,
    ended text,
    endings jsonb NOT NULL,
    closed_on date,
    origins jsonb NOT NULL,
    has_made_up boolean NOT NULL,
    last_version bigint NOT NULL,
    last_position bigint NOT NULL,
    PRIMARY KEY (ledger, stream)
) WITH (fillfactor = 80);
-- not yet registered proposals come last
CREATE INDEX ON {table} (ledger, session, (coalesce(case_no, 2147483647)), stream);
CREATE INDEX ON {table} (ledger, (coalesce(case_no, 2147483647)), stream);
CREATE INDEX ON {table} USING gin (units jsonb_path_ops);
CREATE INDEX ON {table} (ledger, leader, (coalesce(case_no, 2147483647)), stream) WHERE leader IS NOT NULL;
