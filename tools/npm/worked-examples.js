'use strict';
// The numbers of docs/protocol.md, computed from fixed seeds.
//   worked-examples.js print    shows them
//   worked-examples.js write    makes the files of api/examples that consist of them (section 6)
//   worked-examples.js check    each must stand in docs/protocol.md, and the signed examples in
//                               api/examples must be true; ends with `N passed, M failed`
const fs = require('node:fs');
const path = require('node:path');
const s = require('./sign');
const procedure = require('./worked-procedure');

const seed = (first) => Buffer.from(Array.from({ length: 32 }, (_, i) => first + i));
const bytes = (n, value) => Buffer.alloc(n, value);

// 31 January 2026, 03:10:00 in Chongqing: the smoke alarm of the story.
const T0 = Date.UTC(2026, 0, 30, 19, 10, 0);
const id = {
  device: s.uuid7(T0 - 86400000, bytes(10, 0x11)),
  alarm: s.uuid7(T0, bytes(10, 0x22)),
  ack: s.uuid7(T0 + 21400, bytes(10, 0x33)),
  attempt: s.uuid7(T0 + 52900, bytes(10, 0x44)),
};

function compute() {
  const device = s.keyFromSeed(seed(1));
  const server = s.keyFromSeed(seed(33));
  const out = { T0, ids: id, device_key: device.public, server_sign_key: server.public };

  out.nonce = s.b64(bytes(32, 0x5a));
  out.token_text = `gridward-token-v1\n${out.nonce}`;
  out.token_sig = s.sign(device, out.token_text);

  const body = (n, prev, uid, kind, at, data) =>
    JSON.stringify({
      v: 1, uid, dev: id.device, n, prev, kind, id: id.alarm, base: 'k3f9z2qa.184468',
      expect: { level: 3 },
      t: { wall: T0 + at, off: -180, unc: 40, boot: '5d3f0c9e-6f0b-4a58-9b1c-2f1f5f0a7b11', mono: 7261000 + at },
      data,
    });
  out.body1 = body(1, '', id.ack, 'alarm.ack', 21400, {});
  out.hash1 = s.commandHash(out.body1);
  out.line1 = JSON.stringify(s.commandLine(device, id.device, out.body1));
  out.body2 = body(2, out.hash1, id.attempt, 'alarm.attempt', 52900, {
    to: 'contact', contact: 1, number: '13800138000', result: 'no_answer',
  });
  out.hash2 = s.commandHash(out.body2);
  out.line2 = JSON.stringify(s.commandLine(device, id.device, out.body2));
  out.sig1 = JSON.parse(out.line1).sig;
  out.sig2 = JSON.parse(out.line2).sig;

  const result = { result: 'applied', seq: 184471, at: T0 + 21733 };
  out.receipt_text = s.receiptText(id.device, 1, out.hash1, result);
  out.receipt1 = s.sign(server, out.receipt_text);
  out.receipt2_text = s.receiptText(id.device, 2, out.hash2, { result: 'late', at: T0 + 53100 });
  out.receipt2 = s.sign(server, out.receipt2_text);

  out.digest_rows = [['alarm', id.alarm, 184471], ['alarm', 'a2', 90210], ['alarm', 'a3', 90222]];
  out.h64 = out.digest_rows.map((row) => s.digest([row]).sum);
  out.digest = s.digest(out.digest_rows);

  out.private = `{"salt":"${s.b64(bytes(16, 0x77))}","note":"周奶奶的女儿在深圳"}`;
  out.priv = s.sha256(out.private);
  return out;
}

let passed = 0;
let failed = 0;
function verdict(name, ok) {
  if (ok) {
    passed++;
  } else {
    failed++;
    console.log(`not ok ${name}`);
  }
}

function check(values) {
  const root = path.join(__dirname, '..', '..');
  const page = fs.readFileSync(path.join(root, 'docs', 'protocol.md'), 'utf8');
  for (const name of [
    'device_key', 'server_sign_key', 'nonce', 'token_sig', 'body1', 'hash1', 'sig1', 'line1', 'body2',
    'hash2', 'sig2', 'receipt1', 'receipt2', 'private', 'priv',
  ]) {
    verdict(`${name} in docs/protocol.md`, page.includes(values[name]));
  }
  [...values.h64, values.digest.sum].forEach((sum) =>
    verdict(`digest ${sum} in docs/protocol.md`, page.includes(sum)));

  const example = (file) => fs.readFileSync(path.join(root, 'api', 'examples', file), 'utf8');
  const lines = example('CommandLine.story.ndjson').trim().split('\n').map((l) => JSON.parse(l));
  let prev = '';
  for (const [i, line] of lines.entries()) {
    const body = JSON.parse(line.body);
    verdict(`signature of line ${i + 1}`, s.verify(values.device_key, s.COMMAND + line.body, line.sig));
    verdict(`chain of line ${i + 1}`, body.prev === prev && body.n === i + 1 && body.dev === line.key);
    prev = s.commandHash(line.body);
  }
  const results = example('ResultLine.story.ndjson').trim().split('\n').map((l) => JSON.parse(l));
  for (const result of results) {
    const body = lines[result.i].body;
    const text = s.receiptText(lines[result.i].key, result.n, s.commandHash(body), result);
    verdict(`receipt of result ${result.i}`, s.verify(values.server_sign_key, text, result.receipt));
  }
  checkProcedure(page, example);
  const bad = JSON.parse(example('CommandLine.wrong-signature.json'));
  verdict('a changed body is noticed', !s.verify(values.device_key, s.COMMAND + bad.body, bad.sig));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

// Section 6: the numbers, and the examples byte for byte.
function checkProcedure(page, example) {
  const out = procedure.compute();
  for (const name of [
    'rules', 'open', 'open_hash', 'private', 'priv', 'step', 'step_hash', 'cosign', 'cosign_hash',
    'digest', 'note_text', 'note_signature', 'signer_sig',
  ]) {
    verdict(`${name} of section 6 in docs/protocol.md`, page.includes(out[name]));
  }
  for (const [file, text] of Object.entries(procedure.files(out))) {
    verdict(`${file} is what worked-examples.js write makes`, example(file) === text);
  }
  for (const [i, text] of out.lines.entries()) {
    const line = JSON.parse(text);
    const key = line.key === out.ids.chen ? out.chen_key : out.liu_key;
    verdict(`signature of step ${i + 1}`, s.verify(key, s.COMMAND + line.body, line.sig));
  }
}

const values = compute();
if (process.argv[2] === 'check') {
  check(values);
} else if (process.argv[2] === 'write') {
  for (const [file, text] of Object.entries(procedure.files(procedure.compute()))) {
    fs.writeFileSync(path.join(__dirname, '..', '..', 'api', 'examples', file), text);
  }
} else {
  values.procedure = procedure.compute();
  console.log(JSON.stringify(values, null, 2));
}
