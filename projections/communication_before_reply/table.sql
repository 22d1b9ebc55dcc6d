CREATE TABLE {table} (
    ledger text NOT NULL,
    stream uuid NOT NULL,
    round int NOT NULL,
    unit text NOT NULL,
    session text,
    case_no int,
    title text NOT NULL,
    outcome text NOT NULL,
    rule text NOT NULL,
    source text NOT NULL,
    rulebook text,
    rulebook_version int,
    rulebook_digest text,
    before text,
    drafted_first boolean NOT NULL,
    same_day boolean NOT NULL,
    clock text,
    moments jsonb NOT NULL,
    proof jsonb NOT NULL,
    facts jsonb,
    last_position bigint NOT NULL,
    PRIMARY KEY (ledger, stream, round, unit)
) WITH (fillfactor = 80);
CREATE INDEX ON {table} (ledger, session, (coalesce(case_no, 2147483647)), stream, round, unit) WHERE round > 0;
CREATE INDEX ON {table} (ledger, unit, (coalesce(case_no, 2147483647)), stream, round) WHERE round > 0;
