'use strict';
// The worked example of docs/protocol.md section 6: an election is opened, the roll is posted, a
// second clerk cosigns, a checkpoint is made. All from fixed seeds.
const crypto = require('node:crypto');
const s = require('./sign');

const bytes = (n, value) => Buffer.alloc(n, value);
const seed = (first) => Buffer.from(Array.from({ length: 32 }, (_, i) => (first + i) & 0xff));

// 17 October 2026, 09:00 in Chongqing: 28 days before polling day.
const T1 = Date.UTC(2026, 9, 17, 1, 0, 0);
const ids = {
  process: s.uuid7(T1, bytes(10, 0x88)),
  chen: s.uuid7(T1 - 86400000, bytes(10, 0x66)),
  liu: s.uuid7(T1 - 86400000, bytes(10, 0x77)),
};
const RULES = '{"format":"gridward-rules-v1","layers":[],"holidays":{},"template":{}}';

const signerText = (device, user, key, from) => `gridward-signer-v1\n${device}\n${user}\n${key}\n${from}`;

// SHA-256("gridward-set-v1\n" process "\n" count "\n" || raw hashes in order of their bytes)
function setDigest(process, hashes) {
  const raw = [...hashes].sort().map((hash) => Buffer.from(hash, 'hex'));
  return s.sha256(`gridward-set-v1\n${process}\n${hashes.length}\n`, ...raw);
}

// A signature line of a C2SP signed note.
function noteLine(key, name, text) {
  const raw = Buffer.from(key.public, 'base64url');
  const id = crypto.createHash('sha256').update(`${name}\n`).update(Buffer.from([1])).update(raw).digest();
  const sig = crypto.sign(null, Buffer.from(text), key.secret);
  return `— ${name} ${Buffer.concat([id.subarray(0, 4), sig]).toString('base64')}\n`;
}

function compute() {
  const chen = s.keyFromSeed(seed(65));
  const liu = s.keyFromSeed(seed(97));
  const server = s.keyFromSeed(seed(33));
  const out = { ids, chen_key: chen.public, liu_key: liu.public, rules_text: RULES, rules: s.sha256(RULES) };
  const uid = (i) => s.uuid7(T1 + i * 60000, bytes(10, 0x90 + i));
  const body = (i, dev, n, prev, kind, data, more = {}) =>
    JSON.stringify({
      v: 1, uid: uid(i), dev, n, prev, kind, id: ids.process, base: 'k3f9z2qa.310200',
      t: { wall: T1 + i * 60000, off: 120, unc: 35, boot: '', mono: 500000 + i * 60000 },
      data, ...more,
    });
  const line = (key, dev, text, hidden) => {
    const made = s.commandLine(key, dev, text);
    return JSON.stringify(hidden ? { ...made, private: hidden } : made);
  };

  out.open = body(0, ids.chen, 1, '', 'process.open', {
    pn: 1, pprev: '', template: 'village-direct', template_version: 1, rules: out.rules,
    fields: {
      kind: 'election', mode: 'voters', title: '观音村第十三届村民委员会换届选举',
      division: 'CQ.500112.013.005', term: '13', polling_day: '2026-11-14', happened_at: T1,
    },
  });
  out.open_hash = s.commandHash(out.open);
  out.private = `{"salt":"${s.b64(bytes(16, 0x55))}","fields":{"posted_by":"陈秀英"}}`;
  out.priv = s.sha256(out.private);
  out.step = body(1, ids.chen, 2, out.open_hash, 'process.step', {
    pn: 2, pprev: out.open_hash, step: 'S06',
    fields: { happened_at: T1 + 30000, place: '村务公开栏' }, counts: { voters: 1203 },
    materials: { photo: 'paper' },
  }, { priv: out.priv });
  out.step_hash = s.commandHash(out.step);
  out.cosign = body(2, ids.liu, 1, '', 'process.cosign', { pn: 1, pprev: '', target: out.step_hash },
    { seen: [out.step_hash] });
  out.cosign_hash = s.commandHash(out.cosign);
  out.digest = setDigest(ids.process, [out.open_hash, out.step_hash, out.cosign_hash]);
  out.heads = [[ids.chen, 2, out.step_hash], [ids.liu, 1, out.cosign_hash]]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((head) => `${head.join(' ')}\n`).join('');
  out.note_text = `gridward/${ids.process}\n3\n${Buffer.from(out.digest, 'hex').toString('base64')}\n${out.heads}`;
  out.note_signature = noteLine(chen, ids.chen, out.note_text);
  out.note = `${out.note_text}\n${out.note_signature}`;
  out.checkpoint = body(3, ids.chen, 3, out.step_hash, 'process.checkpoint', {
    pn: 3, pprev: out.step_hash, heads: out.heads, count: 3, digest: out.digest, note: out.note,
  }, { seen: [out.cosign_hash] });
  out.checkpoint_hash = s.commandHash(out.checkpoint);

  out.lines = [
    line(chen, ids.chen, out.open), line(chen, ids.chen, out.step, out.private),
    line(liu, ids.liu, out.cosign), line(chen, ids.chen, out.checkpoint),
  ];
  const facts = [
    [ids.chen, 1, out.open_hash, 310203], [ids.chen, 2, out.step_hash, 310204],
    [ids.liu, 1, out.cosign_hash, 310206], [ids.chen, 3, out.checkpoint_hash, 310207],
  ];
  out.results = facts.map(([dev, n, hash, seq], i) => {
    const result = { i, n, result: 'applied', seq, at: T1 + 300000 + i };
    return { ...result, receipt: s.sign(server, s.receiptText(dev, n, hash, result)) };
  });
  out.signer_text = signerText(ids.chen, 'c-chen', chen.public, T1 - 86400000);
  out.signer_sig = s.sign(server, out.signer_text);
  out.rows = rows(out, facts);
  return out;
}

function rows(out, facts) {
  const path = 'CQ.500112.013.005';
  const put = (seq, type, id, row, at = path) => ({ seq, op: 'put', type, id, path: at, row });
  const step = (i) => ({
    process: ids.process, pn: JSON.parse(JSON.parse(out.lines[i]).body).data.pn, dev: facts[i][0],
    n: facts[i][1], user: facts[i][0] === ids.chen ? 'c-chen' : 'c-liu', hash: facts[i][2],
    line: out.lines[i], status: 'applied', recv_at: out.results[i].at, receipt: out.results[i].receipt,
    result: 'applied', receipt_seq: facts[i][3],
  });
  const fields = JSON.parse(out.open).data.fields;
  return [
    put(310201, 'process', ids.process, {
      template: 'village-direct', template_version: 1, rules: out.rules, kind: fields.kind,
      mode: fields.mode, title: fields.title, division: fields.division, term: fields.term,
      polling_day: fields.polling_day, state: 'open', dev: ids.chen, user: 'c-chen',
      opened_at: T1 + 300000,
    }),
    put(310202, 'signer', ids.chen, {
      device: ids.chen, user: 'c-chen', name: '陈静', role: 'committee', sign_key: out.chen_key,
      valid_from: T1 - 86400000, server_sig: out.signer_sig,
    }),
    put(310203, 'step', `${ids.chen}.1`, step(0)),
    put(310204, 'step', `${ids.chen}.2`, step(1)),
    put(310190, 'rule', 'cq-village.candidates_lead.CQ.500112', {
      set: 'cq-village', key: 'candidates_lead', value: '5', document: '渝北民〔2026〕3号',
      article: '第四条', confirmed_by: 'a-zhang', at: T1 - 3600000, dev: ids.liu, n: 7,
      hash: out.cosign_hash,
    }, 'CQ.500112'),
  ];
}

// Files of api/examples that are made of these numbers.
function files(out) {
  const body = (text) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  const lines = (list) => list.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n') + '\n';
  const close = JSON.parse(out.checkpoint);
  Object.assign(close, { n: 4, prev: out.checkpoint_hash, kind: 'process.close' });
  close.data = { pn: 4, pprev: out.checkpoint_hash, outcome: 'elected' };
  const correct = JSON.parse(out.checkpoint);
  Object.assign(correct, { n: 4, prev: out.checkpoint_hash, kind: 'process.correct' });
  correct.data = {
    pn: 4, pprev: out.checkpoint_hash, target: out.step_hash, fields: {}, counts: { voters: 1204 },
    reason: '抄录有误，名单为 1204 人',
  };
  const lost = JSON.parse(out.open);
  delete lost.data.fields.division;
  const zero = JSON.parse(out.step);
  zero.data.pn = 0;
  const nested = JSON.parse(out.step);
  nested.data.counts = { voters: { men: 600, women: 603 } };
  return {
    'CommandLine.process.ndjson': lines(out.lines),
    'ResultLine.process.ndjson': lines(out.results),
    'PutLine.process.ndjson': lines(out.rows),
    'CommandBody.process-open.json': body(out.open),
    'CommandBody.process-step.json': body(out.step),
    'CommandBody.process-cosign.json': body(out.cosign),
    'CommandBody.process-checkpoint.json': body(out.checkpoint),
    'CommandBody.process-correct.json': body(JSON.stringify(correct)),
    'CommandBody.process-close.json': body(JSON.stringify(close)),
    'CommandBody.process-open-nowhere.bad.json': body(JSON.stringify(lost)),
    'CommandBody.process-number-zero.bad.json': body(JSON.stringify(zero)),
    'CommandBody.process-counts-in-counts.bad.json': body(JSON.stringify(nested)),
  };
}

module.exports = { compute, files, setDigest, signerText };
