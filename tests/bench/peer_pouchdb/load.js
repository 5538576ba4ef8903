// The peer of B1: rows of /v1/snapshot into PouchDB over LevelDB, as a browser-style application
// would keep them.
//
//     node load.js ROWS.ndjson FOLDER COUNT       the first COUNT rows; 1,000 a bulkDocs
//
// As in bench_boot: the clock starts with the text in memory and stops when the last batch was
// answered. CPU is that of the whole process, LevelDB's own threads included.
'use strict';
const fs = require('fs');
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-leveldb'));

const BATCH = 1000;

// A put line as a document: its id and place, and every member of the row.
function doc(line) {
    const rec = JSON.parse(line);
    return Object.assign({_id: rec.id, path: rec.path, seq: rec.seq}, rec.row);
}

async function load(lines, db) {
    for (let at = 0; at < lines.length; at += BATCH) {
        const answers = await db.bulkDocs(lines.slice(at, at + BATCH).map(doc));
        const bad = answers.find((answer) => answer.error);
        if (bad) {
            throw new Error(`row ${bad.id}: ${bad.message}`);
        }
    }
}

async function main([rows, folder, count]) {
    const lines = fs.readFileSync(rows, 'utf8').split('\n').filter(Boolean).slice(0, Number(count));
    const db = new PouchDB(folder, {adapter: 'leveldb'});
    await db.info(); // open, and the files there
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    await load(lines, db);
    const wall = Number(process.hrtime.bigint() - start) / 1e9;
    const used = process.cpuUsage(cpu);
    const held = (await db.info()).doc_count;
    await db.close();
    if (held !== lines.length) {
        throw new Error(`${held} documents of ${lines.length} rows`);
    }
    console.log(JSON.stringify({
        rows: held,
        wall_s: wall,
        cpu_s: (used.user + used.system) / 1e6,
        rss_kb: process.resourceUsage().maxRSS,
    }));
}

main(process.argv.slice(2)).catch((error) => {
    console.error(String(error));
    process.exit(1);
});
