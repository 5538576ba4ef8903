'use strict';
// A console written from docs/protocol.md alone, to check a running server.
//   client.js BASE CODE SOURCE_TOKEN [OPS_BASE]
// Enrols with CODE, then uses every endpoint, good and bad. Standard output: `Schema<TAB>JSON` of every
// record received, for check-contract.js lines. Standard error: what is wrong, and at the end
// `N passed, M failed`. Exit status 1 when something failed. Needs a code of a grid worker whose
// grid has a smoke detector that is bound to a dwelling.
const crypto = require('node:crypto');
const net = require('node:net');
const s = require('./sign');
const { load } = require('./contract');
const { signerText } = require('./worked-procedure');

const [base, code, sourceToken, ops] = process.argv.slice(2);
const WAIT_MS = Number(process.env.GRIDWARD_LIVE_WAIT || 20000);
let passed = 0;
let failed = 0;

function expect(name, ok, detail = '') {
  if (ok) {
    passed++;
  } else {
    failed++;
    console.error(`not ok ${name}${detail === '' ? '' : `: ${detail}`}`);
  }
  return ok;
}

const emit = (schema, text) => console.log(`${schema}\t${text.trim()}`);

// ---------------------------------------------------------------- one exchange
async function call(method, path, { token, type, body, headers = {}, root = base } = {}) {
  const all = { ...headers };
  if (token) {
    all.Authorization = `Bearer ${token}`;
  }
  if (type) {
    all['Content-Type'] = type;
  }
  const answer = await fetch(root + path, { method, headers: all, body });
  const time = answer.headers.get('gridward-time');
  expect(`${method} ${path}: Gridward-Time`, /^[0-9]{13}$/.test(time || ''), time);
  return answer;
}

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const media = (answer) => (answer.headers.get('content-type') || '').split(';')[0];

// A request whose answer is one object of `schema` with `status`.
async function one(method, path, status, schema, options = {}) {
  const { json, ...rest } = options;
  const sent = json === undefined ? {} : { type: JSON_TYPE, body: JSON.stringify(json) };
  const answer = await call(method, path, { ...sent, ...rest });
  const text = await answer.text();
  const name = `${method} ${path} ${status}`;
  expect(name, answer.status === status, `${answer.status} ${text.slice(0, 200)}`);
  if (answer.status !== status) {
    return null;
  }
  const type = schema === 'Problem' ? 'application/problem+json' : JSON_TYPE;
  expect(`${name} media type`, media(answer) === type, media(answer));
  emit(schema, text);
  return JSON.parse(text);
}

async function problem(method, path, status, slug, options = {}) {
  const value = await one(method, path, status, 'Problem', options);
  const type = `urn:gridward:problem:${slug}`;
  if (value) {
    expect(`${method} ${path}: ${slug}`, value.type === type && value.status === status, value.type);
  }
}

// A request whose answer is NDJSON; gives the parsed lines.
async function many(method, path, status, schema, options = {}) {
  const answer = await call(method, path, options);
  const text = await answer.text();
  const name = `${method} ${path} ${status}`;
  if (!expect(name, answer.status === status, `${answer.status} ${text.slice(0, 200)}`)) {
    return [];
  }
  expect(`${name} media type`, media(answer) === NDJSON, media(answer));
  expect(`${name} ends with a newline`, text === '' || text.endsWith('\n'));
  const lines = text.split('\n').filter((line) => line !== '');
  lines.forEach((line) => emit(schema, line));
  return lines.map((line) => JSON.parse(line));
}

// ---------------------------------------------------------------- the console
const me = { n: 0, prev: '', mirror: new Map(), types: [], scopes: [], cursor: '', tag: '' };

async function enroll() {
  me.key = s.keyFromSeed(crypto.randomBytes(32));
  const json = { code, device_name: 'contract check', public_key: me.key.public };
  await problem('POST', '/v1/enroll', 422, 'invalid', { json: { ...json, code: 'no code' } });
  await problem('POST', '/v1/enroll', 422, 'invalid', { json: { ...json, public_key: 'short' } });
  const enrolled = await one('POST', '/v1/enroll', 201, 'EnrollAnswer', { json });
  if (!enrolled) {
    throw new Error('enrolment failed, nothing more can be checked');
  }
  Object.assign(me, enrolled);
  await problem('POST', '/v1/enroll', 403, 'forbidden', { json });
}

async function takeToken() {
  const asked = await one('POST', '/v1/token', 200, 'NonceAnswer', { json: { device: me.device } });
  const sig = s.sign(me.key, `gridward-token-v1\n${asked.nonce}`);
  const json = { device: me.device, nonce: asked.nonce, sig };
  const given = await one('POST', '/v1/token', 200, 'TokenAnswer', { json });
  me.token = given.token;
  await problem('POST', '/v1/token', 401, 'unauthenticated', { json });
  const other = await one('POST', '/v1/token', 200, 'NonceAnswer', { json: { device: me.device } });
  await problem('POST', '/v1/token', 401, 'unauthenticated', { json: { ...json, nonce: other.nonce } });
}

async function hello() {
  const value = await one('GET', '/v1/hello', 200, 'Hello', { token: me.token });
  me.types = value.types;
  me.scopes = value.scopes;
  me.tag = value.tag;
  me.features = value.versions.features;
  me.limits = value.limits;
  expect('hello: this user', value.user.id === me.user && value.device.id === me.device);
  expect('hello: journal position', value.device.n === me.n && value.device.head === me.prev,
    JSON.stringify(value.device));
  return value;
}

// R1: put iff seq >= local, out and del iff seq > local.
function apply(line) {
  const key = `${line.type}|${line.id}`;
  const local = me.mirror.get(key);
  if (line.op === 'put' && (!local || line.seq >= local.seq)) {
    me.mirror.set(key, line);
  }
  if ((line.op === 'out' || line.op === 'del') && local && line.seq > local.seq) {
    me.mirror.delete(key);
  }
}

async function snapshot() {
  let first = '';
  for (const { path } of me.scopes) {
    let after = '';
    let last = '';
    let page = 0;
    do {
      const query = `scope=${path}&limit=200${after && `&after=${after}`}`;
      const lines = await many('GET', `/v1/snapshot?${query}`, 200, 'SnapshotLine', { token: me.token });
      const begin = lines.shift() || {};
      const end = lines.pop() || {};
      first = first || begin.cursor;
      expect(`snapshot ${path} page ${page}: begin, end, n`,
        begin.op === 'begin' && begin.scope === path && end.op === 'end' && end.n === lines.length);
      for (const line of lines) {
        const order = `${String(me.types.indexOf(line.type)).padStart(3, '0')}|${line.id}`;
        const covered = line.path === path || line.path.startsWith(`${path}.`);
        if (!(order > last && covered && me.types.includes(line.type))) {
          expect(`snapshot ${path}: order, scope and type of ${line.type} ${line.id}`, false);
        }
        last = order;
        apply(line);
      }
      after = end.after;
      page++;
    } while (after && page < 500);
    expect(`snapshot ${path} finished`, after === null);
  }
  me.cursor = first;
  await problem('GET', '/v1/snapshot?scope=XX.999', 403, 'forbidden', { token: me.token });
  await problem('GET', '/v1/snapshot?scope=a..b', 400, 'malformed', { token: me.token });
}

function feedEnd(lines, name) {
  const end = lines[lines.length - 1];
  if (!expect(`${name}: end line`, end && end.op === 'end')) {
    return null;
  }
  const records = lines.filter((line) => ['put', 'out', 'del'].includes(line.op));
  expect(`${name}: n`, end.n === records.length, `${end.n}, ${records.length} records`);
  let seq = 0;
  records.forEach((line) => {
    expect(`${name}: order of seq`, line.seq >= seq);
    seq = line.seq;
    apply(line);
  });
  me.cursor = end.cursor;
  return end;
}

async function catchUp(extra = '') {
  for (let turn = 0; turn < 100; turn++) {
    const path = `/v1/changes?since=${me.cursor}&tag=${me.tag}${extra}`;
    const lines = await many('GET', path, 200, 'FeedLine', { token: me.token });
    const end = feedEnd(lines, 'changes');
    if (!end || !end.more) {
      return end;
    }
  }
  return null;
}

async function changes() {
  const whole = `/v1/changes?since=${me.cursor}`;
  const lines = await many('GET', whole, 200, 'FeedLine', { token: me.token });
  expect('changes without tag: scopes line first', lines[0] && lines[0].op === 'scopes');
  expect('scopes line: same tag as hello', lines[0] && lines[0].tag === me.tag);
  await digest();
  await many('GET', `${whole}&tag=${me.tag}&limit=1`, 200, 'FeedLine', { token: me.token });
  await problem('GET', '/v1/changes?since=nonsense', 400, 'malformed', { token: me.token });
  await problem('GET', '/v1/changes', 400, 'malformed', { token: me.token });
  await problem('GET', '/v1/changes?since=zzzzzzzz.1', 410, 'epoch-changed', { token: me.token });
  await problem('GET', `${whole}&frobnicate=1`, 400, 'malformed', { token: me.token });
}

// The digest of our own mirror must be the server's.
async function digest() {
  const end = await catchUp('&digest=1');
  if (!end || !expect('digest given', Array.isArray(end.digest))) {
    return;
  }
  for (const entry of end.digest) {
    const rows = [...me.mirror.values()].filter(
      (line) =>
        line.type === entry.type &&
        (line.path === entry.scope || line.path.startsWith(`${entry.scope}.`)));
    const own = s.digest(rows.map((line) => [line.type, line.id, line.seq]));
    expect(`digest ${entry.scope} ${entry.type}`, own.count === entry.count && own.sum === entry.sum,
      `${own.count} ${own.sum} here, ${entry.count} ${entry.sum} there`);
  }
}

// ---------------------------------------------------------------- commands
function makeLine(kind, id, data, more = {}) {
  const body = JSON.stringify({
    v: 1, uid: s.uuid7(Date.now()), dev: me.device, n: me.n + 1, prev: me.prev, kind, id,
    base: me.cursor,
    t: { wall: Date.now(), off: null, unc: null, boot: '', mono: Math.floor(performance.now()) },
    data, ...more,
  });
  const line = s.commandLine(me.key, me.device, body);
  me.n++;
  me.prev = s.commandHash(body);
  return line;
}

async function send(lines) {
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const results = await many('POST', '/v1/commands', 200, 'ResultLine', {
    token: me.token, type: NDJSON, body: `${texts.join('\n')}\n`,
  });
  expect('one result a line, in order',
    results.length === lines.length && results.every((result, i) => result.i === i));
  results.forEach((result, i) => checkReceipt(lines[i], result));
  return results;
}

function checkReceipt(line, result) {
  if (!result.receipt || !line.body) {
    return;
  }
  const text = s.receiptText(line.key, result.n, s.commandHash(line.body), result);
  expect(`receipt of n ${result.n}`, s.verify(me.server_sign_key, text, result.receipt));
}

const said = (result, word, code) =>
  expect(`${word} ${code || ''}`, result && result.result === word && (!code || result.code === code),
    JSON.stringify(result && { ...result, row: undefined }));

const UNSTORED = ['bad-line', 'bad-signature', 'unknown-key', 'wrong-device'];

async function story(alarm, stream) {
  const seen = me.mirror.get(`alarm|${alarm}`);
  const level = seen ? seen.row.level : 3;
  const first = makeLine('alarm.ack', alarm, {}, { expect: { level } });
  const [acked] = await send([first]);
  said(acked, 'applied');
  expect('stored: receipt', acked && acked.receipt);
  await stream.until(
    (line) => line.op === 'put' && line.type === 'alarm' && line.id === alarm && line.row.state === 'acked',
    'the acknowledged alarm in the stream');

  const [again] = await send([first]);
  expect('the same line again: the same answer', again && again.receipt === acked.receipt);

  const batch = [
    makeLine('alarm.attempt', alarm, { to: 'contact', contact: 1, number: '13800138000', result: 'no_answer' }),
    makeLine('alarm.enroute', alarm, {}),
    makeLine('alarm.arrived', alarm, {}),
    makeLine('alarm.note', alarm, { text: '灶上炖肉，油烟大' }),
    makeLine('alarm.close', alarm, { outcome: 'false_cooking', note: '已开窗' }),
    makeLine('alarm.ack', alarm, {}),
    makeLine('alarm.close', alarm, { outcome: 'went_fine' }),
    makeLine('alarm.dance', alarm, {}),
    makeLine('alarm.ack', s.uuid7(Date.now()), {}),
    makeLine('alarm.note', alarm, { text: 'x', colour: 'red' }),
    makeLine('duty.set', me.user, { state: 'on' }),
    makeLine('duty.set', 'somebody-else', { state: 'on' }),
  ];
  const results = await send(batch);
  results.slice(0, 5).forEach((result) => said(result, 'applied'));
  said(results[5], 'late', 'closed-already');
  said(results[6], 'rejected', 'unknown-outcome');
  said(results[7], 'rejected', 'unknown-kind');
  said(results[8], 'rejected', 'unknown-alarm');
  said(results[9], 'rejected', 'bad-data');
  said(results[10], 'applied');
  said(results[11], 'rejected', 'wrong-user');
  results.forEach((result) => expect(`stored n ${result.n}: receipt`, result.receipt));
  await hello();
  await refused(first, alarm);
}

// Section 6: a procedure of our own area, a private part, a record whose process is unknown.
async function procedure() {
  if (!expect('feature process', me.features.includes('process'))) {
    return;
  }
  const id = s.uuid7(Date.now());
  const unknown = s.uuid7(Date.now());
  const path = me.scopes[0].path;
  const hidden = `{"salt":"${s.b64(crypto.randomBytes(16))}","fields":{"chair":"陈秀英"}}`;
  const open = makeLine('process.open', id, {
    pn: 1, pprev: '', template: 'village-direct', template_version: 1, rules: s.sha256('{}'),
    fields: { kind: 'election', mode: 'voters', division: path, term: '13', polling_day: '2026-11-14' },
  });
  const step = {
    ...makeLine('process.step', id, {
      pn: 2, pprev: me.prev, step: 'S06', fields: {}, counts: { voters: 812 },
    }, { priv: s.sha256(hidden) }),
    private: hidden,
  };
  const lost = makeLine('process.step', unknown, { pn: 1, pprev: '', step: 'S06', fields: {}, counts: {} });
  const bad = makeLine('process.step', id, { pn: 3, pprev: me.prev, step: 'S07', fields: { a: {} }, counts: {} });
  const results = await send([open, step, lost, bad]);
  said(results[0], 'applied');
  said(results[1], 'applied');
  said(results[2], 'quarantined', 'no-process');
  said(results[3], 'rejected', 'bad-data');
  await catchUp();
  const process_ = me.mirror.get(`process|${id}`);
  expect('process row', process_ && process_.path === path && process_.row.state === 'open' &&
    process_.row.division === path && process_.row.user === me.user);
  [open, step].forEach((line, i) => {
    const row = me.mirror.get(`step|${me.device}.${results[i].n}`);
    expect(`step row of n ${results[i].n}`, row && row.seq === results[i].seq &&
      row.row.line === JSON.stringify(line) && row.row.hash === s.commandHash(line.body) &&
      row.row.receipt === results[i].receipt && row.row.receipt_seq === row.seq &&
      row.row.recv_at === results[i].at && row.row.status === 'applied');
  });
  expect('no row of a process that nobody knows', !me.mirror.has(`step|${me.device}.${results[2].n}`));
  const signer = me.mirror.get(`signer|${me.device}`);
  expect('signer row', signer && signer.row.sign_key === me.key.public && s.verify(me.server_sign_key,
    signerText(me.device, me.user, signer.row.sign_key, signer.row.valid_from), signer.row.server_sig));
  const confirm = makeLine('rules.confirm', 'cn-village.k', {
    set: 'cn-village', key: 'k', value: '5', document: '渝北民〔2026〕3号', article: '第四条',
  });
  const [answer] = await send([confirm]);
  said(answer, 'quarantined', 'no-right'); // a grid worker may not
  await hello();
}

// Lines that are not stored and take no number.
async function refused(first, alarm) {
  const good = makeLine('alarm.note', alarm, { text: 'good' });
  const forged = { ...good, body: good.body.replace('good', 'evil') };
  const reused = (() => {
    const body = first.body.replace(/"data":\{\}/, '"data":{},"x":1');
    return s.commandLine(me.key, me.device, body);
  })();
  const fork = s.commandLine(me.key, me.device,
    good.body.replace(/"prev":"[0-9a-f]*"/, `"prev":"${s.sha256('another')}"`));
  const results = await send([
    '{"body":', '[]', '{"body":"{}","body":"{}"}', forged, { ...good, key: s.uuid7(Date.now()) },
    reused, fork, good,
  ]);
  said(results[0], 'rejected', 'bad-line');
  said(results[1], 'rejected', 'bad-line');
  said(results[2], 'rejected', 'bad-line');
  said(results[3], 'rejected', 'bad-signature');
  said(results[4], 'rejected');
  said(results[5], 'key-reuse');
  said(results[6], 'chain-fork');
  said(results[7], 'applied');
  results.slice(0, 7).forEach((result, i) =>
    expect(`not stored line ${i}: no receipt`, result && !result.receipt));
  expect('not stored: codes', UNSTORED.includes(results[4] && results[4].code));
  const many = Array.from({ length: me.limits.batch_lines + 1 }, () => '{}').join('\n');
  await problem('POST', '/v1/commands', 413, 'too-large', { token: me.token, type: NDJSON, body: many });
  await problem('POST', '/v1/commands', 415, 'bad-media', { token: me.token, type: 'text/plain', body: 'x' });
}

async function withoutVisit(alarm) {
  const results = await send([
    makeLine('alarm.close', alarm, { outcome: 'away' }),
    makeLine('alarm.unack', alarm, {}),
    makeLine('alarm.confirm', alarm, {}),
  ]);
  said(results[0], 'rejected', 'needs-second-person');
  said(results[1], 'late', 'not-held');
  said(results[2], 'late', 'nothing-to-confirm');
}

// ---------------------------------------------------------------- alarm source
const ingest = (event, status = 202) =>
  one('POST', '/v1/ingest', status, status === 202 ? 'IngestAnswer' : 'IngestError',
    { token: sourceToken, json: event });

async function source() {
  const smoke = [...me.mirror.values()].find(
    (line) => line.type === 'device' && line.row.kind === 'smoke' && line.row.dwelling_id);
  if (!expect('a bound smoke detector in the grid', smoke)) {
    return [];
  }
  const tag = s.uuid7(Date.now());
  const event = {
    event_id: tag, device: smoke.row.serial, kind: 'smoke', severity: 'critical',
    raised_at: Date.now(), state: 'raise', text: '烟雾 0.31 dB/m',
    readings: [{ name: 'smoke', value: 0.31, unit: 'dB/m', high: 0.1 }],
  };
  const made = await ingest(event);
  expect('ingest: an alarm', made && made.alarm && made.duplicate === false);
  const twice = await ingest(event);
  expect('ingest twice: the same alarm', twice && twice.duplicate && twice.alarm === made.alarm);
  await ingest({ device: 'x', kind: 'smoke' }, 422);
  const lines = await many('POST', '/v1/ingest', 202, 'IngestAnswer', {
    token: sourceToken, type: NDJSON,
    body: [
      JSON.stringify({ event_id: `${tag}-2`, device: smoke.row.serial, kind: 'fall' }),
      JSON.stringify({ event_id: `${tag}-3`, device: 'box nobody knows', kind: 'sos' }),
      '{"event_id":1}', '{',
    ].join('\n') + '\n',
  });
  expect('ingest lines: an answer each', lines.length === 4 && lines.every((line, i) => line.i === i));
  expect('ingest: an unknown device still makes an alarm', lines[1] && lines[1].alarm);
  expect('ingest: bad lines', lines[2] && lines[2].error && lines[3] && lines[3].error === 'bad-line');
  await problem('POST', '/v1/ingest', 401, 'unauthenticated', { token: 'wrong', json: event });
  await problem('POST', '/v1/ingest', 401, 'unauthenticated', { token: me.token, json: event });
  return [made && made.alarm, lines[0] && lines[0].alarm];
}

// ---------------------------------------------------------------- stream
function openStream() {
  const stop = new AbortController();
  const lines = [];
  let wake = () => {};
  const opened = fetch(`${base}/v1/changes?since=${me.cursor}&tag=${me.tag}`, {
    headers: { Authorization: `Bearer ${me.token}`, Accept: 'text/event-stream' },
    signal: stop.signal,
  });
  const reading = (async () => {
    const answer = await opened;
    expect('stream 200', answer.status === 200, answer.status);
    expect('stream media type', media(answer) === 'text/event-stream', media(answer));
    expect('stream Cache-Control', answer.headers.get('cache-control') === 'no-store');
    expect('stream Gridward-Time', /^[0-9]{13}$/.test(answer.headers.get('gridward-time') || ''));
    const text = new TextDecoder();
    let rest = '';
    for await (const bytes of answer.body) {
      rest += text.decode(bytes, { stream: true });
      for (let cut; (cut = rest.indexOf('\n\n')) >= 0; rest = rest.slice(cut + 2)) {
        event(rest.slice(0, cut).split('\n'));
      }
    }
  })().catch((e) => stop.signal.aborted || expect('stream read', false, e.message));
  const event = (fields) => {
    const data = fields.filter((field) => field.startsWith('data:')).map((f) => f.slice(5).trimStart());
    expect('stream: no event: field', !fields.some((field) => field.startsWith('event:')));
    if (data.length === 0) {
      return;
    }
    const id = fields.find((field) => field.startsWith('id:'));
    if (id) {
      emit('Cursor', JSON.stringify(id.slice(3).trim()));
    }
    emit('FeedLine', data.join('\n'));
    lines.push(JSON.parse(data.join('\n')));
    wake();
  };
  const until = async (match, name) => {
    const deadline = Date.now() + WAIT_MS;
    while (!lines.some(match) && Date.now() < deadline) {
      let timer;
      await new Promise((done) => {
        wake = done;
        timer = setTimeout(done, deadline - Date.now());
      });
      clearTimeout(timer);
    }
    return expect(name, lines.some(match));
  };
  const close = async () => {
    stop.abort();
    await reading;
  };
  return { until, close };
}

// ---------------------------------------------------------------- the rest
async function refusals() {
  await problem('GET', '/v1/hello', 401, 'unauthenticated');
  await problem('GET', '/v1/hello', 401, 'unauthenticated', { token: 'A'.repeat(43) });
  await problem('GET', '/v1/nothing', 404, 'not-found', { token: me.token });
  await problem('GET', '/v1/commands', 405, 'method-not-allowed', { token: me.token });
  await problem('POST', '/v1/alive', 400, 'malformed', { token: me.token, type: JSON_TYPE, body: '{"a":' });
  await one('POST', '/v1/alive', 200, 'AliveAnswer', { token: me.token, json: {} });
  await one('POST', '/v1/alive', 200, 'AliveAnswer', {
    token: me.token, json: { incidents: [{ kind: 'digest-mismatch', type: 'alarm', at: Date.now() }] },
  });
}

async function longPoll() {
  await catchUp();
  const path = `/v1/changes?since=${me.cursor}&tag=${me.tag}&wait=10`;
  const waiting = many('GET', path, 200, 'FeedLine', { token: me.token });
  await send([makeLine('duty.set', me.user, { state: 'reachable' })]);
  const lines = await waiting;
  expect('long-poll: woken by a change', lines.some((line) => line.op === 'put'));
  feedEnd(lines, 'long-poll');
}

async function rekey() {
  const old = me.token;
  const key = s.keyFromSeed(crypto.randomBytes(32));
  const json = { public_key: key.public, device_name: 'contract check 2', reason: 'chain-fork' };
  await problem('POST', '/v1/rekey', 422, 'invalid', { token: old, json: { ...json, reason: 'bored' } });
  const value = await one('POST', '/v1/rekey', 201, 'EnrollAnswer', { token: old, json });
  if (!value) {
    return;
  }
  expect('rekey: same user, another device', value.user === me.user && value.device !== me.device);
  await problem('GET', '/v1/hello', 401, 'device-revoked', { token: old });
  Object.assign(me, value, { key, n: 0, prev: '' });
  await takeToken();
  await hello();
}

// Requests that no ordinary client sends: the guard of section 10. Over plain HTTP only.
async function guard() {
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== 'http:') {
    return;
  }
  const head = `Host: ${hostname}:${port}\r\n`;
  const post = `POST /v1/token HTTP/1.1\r\n${head}Content-Type: application/json\r\n`;
  const bad = {
    'two Content-Length': `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
    'Content-Length with Transfer-Encoding':
      `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    'two Host': `GET /v1/hello HTTP/1.1\r\n${head}Host: other\r\n\r\n`,
    'another transfer coding': `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'a blank in a header name': `GET /v1/hello HTTP/1.1\r\n${head}X-One Two: 3\r\n\r\n`,
    'a byte outside the list in the URI': `GET /v1/hello?a=<b> HTTP/1.1\r\n${head}\r\n`,
    'coded dots': `GET /v1/%2e%2e/hello HTTP/1.1\r\n${head}\r\n`,
  };
  for (const [name, text] of Object.entries(bad)) {
    const answer = await raw(hostname, port, text);
    expect(`guard: ${name}`, /^HTTP\/1\.1 400 /.test(answer), answer.split('\r\n')[0] || 'no answer');
  }
}

// Sends bytes, gives what came back until the server closed (which it must) or 5 s are over.
function raw(host, port, text) {
  return new Promise((done) => {
    let all = '';
    const socket = net.connect(Number(port), host, () => socket.write(text));
    socket.setTimeout(5000, () => {
      expect('guard: the connection is closed', false);
      socket.destroy();
    });
    socket.on('data', (bytes) => (all += bytes.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => done(all));
  });
}

async function operations() {
  if (!ops) {
    return;
  }
  const health = await call('GET', '/healthz', { root: ops });
  expect('healthz', health.status === 200 && (await health.text()).trim() === 'ok');
  const metrics = await (await call('GET', '/metrics', { root: ops })).text();
  const known = load().document.components.schemas.MetricName.oneOf.map((one) => one.const);
  const names = new Set([...metrics.matchAll(/^(gridward_[a-z_]+)/gm)].map((match) => match[1]));
  names.forEach((name) => expect(`metric ${name} stands in the contract`, known.includes(name)));
  known.forEach((name) => expect(`metric ${name} is there`, names.has(name)));
}

async function main() {
  if (!sourceToken) {
    console.error('usage: client.js BASE CODE SOURCE_TOKEN [OPS_BASE]');
    process.exit(2);
  }
  await enroll();
  await takeToken();
  await hello();
  await snapshot();
  await changes();
  const stream = openStream();
  try {
    const [alarm, other] = await source();
    await stream.until((line) => line.op === 'put' && line.type === 'alarm' && line.id === alarm,
      'the new alarm in the stream');
    await catchUp();
    await story(alarm, stream);
    await withoutVisit(other);
    await procedure();
    await longPoll();
    await digest();
  } finally {
    await stream.close();
  }
  await refusals();
  await guard();
  await rekey();
  await operations();
}

main()
  .catch((e) => expect('client', false, e.stack))
  .finally(() => {
    console.error(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
  });
