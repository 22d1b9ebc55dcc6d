// One event on a new stream per append, by so many loops at once. What to do comes as JSON in the first argument;
// answers {rate} per second as JSON.
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { randomUUID } from "node:crypto";
import pg from "pg";

const { dsn, writers, connections, ramp, seconds, type, data } = JSON.parse(process.argv[2]);
const pool = new pg.Pool({ connectionString: dsn, max: connections });
const store = getPostgreSQLEventStore(dsn, { connectionOptions: { pool }, schema: { autoMigration: "None" } });
const append = (stream) => store.appendToStream(stream, [{ type, data }], { expectedStreamVersion: 0n });

await store.schema.migrate();
const taken = `case-${uuid7()}`;
await append(taken);
const refused = await append(taken).then(() => false, () => true);
if (!refused) throw new Error("a version that is taken was written again");

const begin = performance.now() + ramp * 1000;
const end = begin + seconds * 1000;
let done = 0;

function uuid7() {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

async function keepAppending() {
  for (;;) {
    await append(`case-${uuid7()}`);
    const now = performance.now();
    if (now >= end) return;
    if (now >= begin) done += 1;
  }
}

await Promise.all(Array.from({ length: writers }, keepAppending));
await store.close();
if (!pool.ended) await pool.end();
console.log(JSON.stringify({ rate: done / seconds }));
