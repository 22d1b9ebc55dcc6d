CREATE TABLE {table} (
    ledger text NOT NULL,
    stream uuid NOT NULL,
    position bigint NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    type text NOT NULL,
    actor text NOT NULL,
    on_behalf_of text,
    unit text,
    occurred_on date NOT NULL,
    occurred_at text NOT NULL,
    recorded_at timestamptz NOT NULL,
    entered_at timestamptz,
    origin text NOT NULL,
    made_up jsonb NOT NULL,
    flags jsonb NOT NULL,
    late_entry_reason text,
    reference_position bigint,
    takes_back bigint,
    body jsonb NOT NULL,
    PRIMARY KEY (ledger, stream, version)
);
CREATE UNIQUE INDEX ON {table} (ledger, position);
CREATE INDEX ON {table} (ledger, actor, position);
CREATE INDEX ON {table} (ledger, on_behalf_of, position) WHERE on_behalf_of IS NOT NULL;
CREATE INDEX ON {table} (ledger, unit, position) WHERE unit IS NOT NULL;
CREATE INDEX ON {table} (ledger, stream, takes_back) WHERE takes_back IS NOT NULL;
CREATE INDEX ON {table} (ledger, type, position);
CREATE INDEX ON {table} (ledger, occurred_on, position);
