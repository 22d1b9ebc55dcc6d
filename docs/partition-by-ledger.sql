-- 按台账分区。以数据库属主或超级用户执行一次，其间停止服务；不复制数据：原来的表成为“其余”分区。
-- 此后每设一个大的台账，先为它建分区，再写入第一个事件（如下文末尾的 220183）。
BEGIN;
SET LOCAL ROLE huiyin_owner;

ALTER TABLE ledger.events RENAME TO events_rest;
CREATE TABLE ledger.events (LIKE ledger.events_rest INCLUDING ALL) PARTITION BY LIST (ledger);
ALTER TABLE ledger.events ATTACH PARTITION ledger.events_rest DEFAULT;
GRANT SELECT ON ledger.events TO huiyin_app, huiyin_daemon, huiyin_sealer;

ALTER TABLE ledger.receipts RENAME TO receipts_rest;
CREATE TABLE ledger.receipts (LIKE ledger.receipts_rest INCLUDING ALL) PARTITION BY LIST (ledger);
ALTER TABLE ledger.receipts ATTACH PARTITION ledger.receipts_rest DEFAULT;
GRANT SELECT ON ledger.receipts TO huiyin_app;

CREATE TABLE ledger.events_220183 PARTITION OF ledger.events FOR VALUES IN ('220183');
CREATE TABLE ledger.receipts_220183 PARTITION OF ledger.receipts FOR VALUES IN ('220183');
COMMIT;
