'use strict';
// Checks JSON against the schemas of api/dispatch.yaml with ajv.
//   check-contract.js schemas             every schema of the contract compiles in strict mode, and
//                                         every x-line names one
//   check-contract.js examples [DIR]      DIR/<Schema>.<what>.json and .ndjson must pass; those named
//                                         <Schema>.<what>.bad.json must not; every schema that travels
//                                         must have an example
//   check-contract.js lines [FILE]        lines `Schema<TAB>JSON`, from FILE or standard input
//   check-contract.js entities FILE       every key of the C data dictionary stands in the contract,
//                                         and the other way round
//   check-contract.js words DIR           the result codes and results are the same lists in the C
//                                         sources of DIR; kinds, outcomes, states, roles stand there
// Prints what is wrong and, last, `N passed, M failed`; exit status 1 when something failed.
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { load, strictParse } = require('./contract');

const contract = load(process.env.GRIDWARD_CONTRACT || undefined);
let passed = 0;
let failed = 0;

function verdict(name, trouble) {
  if (trouble) {
    failed++;
    console.log(`not ok ${name}: ${trouble}`);
  } else {
    passed++;
  }
}

function trouble(schema, text) {
  try {
    const value = strictParse(text);
    const validate = contract.validator(schema);
    return validate(value) ? inner(schema, value) : contract.tell(validate);
  } catch (e) {
    return e.message;
  }
}

// A command line carries JSON as text: look into it too.
function inner(schema, value) {
  if (schema !== 'CommandLine') {
    return '';
  }
  const body = trouble('CommandBody', value.body);
  const priv = value.private === undefined ? '' : trouble('PrivatePart', value.private);
  return [body && `body: ${body}`, priv && `private: ${priv}`].filter(Boolean).join('; ');
}

function schemas() {
  for (const name of Object.keys(contract.document.components.schemas)) {
    try {
      contract.validator(name);
      verdict(name, '');
    } catch (e) {
      verdict(name, e.message);
    }
  }
  JSON.stringify(contract.document, (key, value) => {
    if (key === 'x-line') {
      const known = Object.hasOwn(contract.document.components.schemas, value);
      verdict(`x-line ${value}`, known ? '' : 'no such schema');
    }
    return value;
  });
}

// Schemas of which examples must exist: all rows, lines, bodies and answers.
function travelling() {
  const small =
    /^(Millis|Count|Seq|Id|Uuid7|Opaque|PageMark|Cursor|Path|Day|Hash|HashOrEmpty|Key32|Sig64|Text|ShortText|Word|Level|TypeName|KnownType|Role|Severity|AlarmKind|AlarmState|HoldStage|OutcomeCode|EventKind|Actor|Reading|ProblemType|Scope|FeatureName|DigestEntry|AlarmEventShort|EventData|SkipReason|CommandTime|CommandKind|ResultWord|ResultCode|MetricName|ProcessNumber|ProcessPrev|Values|Materials|FeedLine|SnapshotLine|IngestAnswer)$/;
  return Object.keys(contract.document.components.schemas).filter((name) => !small.test(name));
}

function examples(dir = path.join(__dirname, '..', '..', 'api', 'examples')) {
  const seen = new Set();
  const kinds = new Set();
  for (const file of fs.readdirSync(dir).sort()) {
    const match = /^([A-Za-z0-9]+)\.([a-z0-9-]+)(\.bad)?\.(json|ndjson)$/.exec(file);
    if (!match) {
      verdict(file, 'not named <Schema>.<what>[.bad].json or .ndjson');
      continue;
    }
    const [, schema, , bad, form] = match;
    const text = fs.readFileSync(path.join(dir, file), 'utf8');
    const parts = form === 'json' ? [text] : text.replace(/\n$/, '').split('\n');
    parts.forEach((part, i) => {
      const name = form === 'json' ? file : `${file}:${i + 1}`;
      const wrong = trouble(schema, part);
      verdict(name, bad ? (wrong ? '' : 'passes, but must not') : wrong);
      if (!bad && !wrong) {
        note(schema, part, seen, kinds);
      }
    });
  }
  for (const name of travelling()) {
    verdict(`example of ${name}`, seen.has(name) ? '' : 'there is none');
  }
  for (const { const: kind } of contract.document.components.schemas.CommandKind.oneOf) {
    verdict(`example of ${kind}`, kinds.has(kind) ? '' : 'there is none');
  }
}

// What an example shows: its own schema, the line forms it matches, the row in it, the data in it.
function note(schema, text, seen, kinds) {
  const value = JSON.parse(text);
  seen.add(schema);
  const form = contract.document.components.schemas[schema];
  for (const one of form.oneOf || []) {
    const name = one.$ref && one.$ref.split('/').pop();
    if (name && contract.validator(name)(value)) {
      note(name, text, seen, kinds);
    }
  }
  if (schema === 'PutLine') {
    seen.add(pascal(value.type));
  }
  if (schema === 'CommandLine') {
    note('CommandBody', value.body, seen, kinds);
    if (value.private) {
      seen.add('PrivatePart');
    }
  }
  if (schema === 'CommandBody') {
    seen.add(`Data${pascal(value.kind)}`);
    kinds.add(value.kind);
  }
}

function pascal(name) {
  return name.replace(/(^|[._])([a-z])/g, (_, dot, letter) => letter.toUpperCase());
}

async function lines(file) {
  const input = file ? fs.createReadStream(file) : process.stdin;
  let number = 0;
  const count = new Map();
  for await (const line of readline.createInterface({ input, crlfDelay: Infinity })) {
    number++;
    if (line === '') {
      continue;
    }
    const tab = line.indexOf('\t');
    const schema = line.slice(0, tab);
    const wrong = tab < 1 ? 'no tab' : trouble(schema, line.slice(tab + 1));
    verdict(`line ${number} ${schema}`, wrong && `${wrong}: ${line.slice(tab + 1, tab + 400)}`);
    count.set(schema, (count.get(schema) || 0) + 1);
  }
  for (const [schema, n] of [...count].sort()) {
    console.log(`# ${schema} ${n}`);
  }
  if (number === 0) {
    verdict('lines', 'there were none');
  }
}

// The C table is regular: `static const struct gw_field <name>_fields[] = { {"key", FIELD_…`.
function entities(file) {
  const source = fs.readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const tables = [...source.matchAll(/struct gw_field (\w+)_fields\[\] = \{([^]*?)\n\};/g)];
  const type = { TEXT: ['string'], INT: ['integer'], REAL: ['number'], BOOL: ['boolean'], JSON: ['array', 'object'] };
  verdict('entity tables', tables.length >= 16 ? '' : `found only ${tables.length}`);
  for (const [, name, body] of tables) {
    const row = contract.document.components.schemas[pascal(name)];
    const keys = new Set();
    for (const [, key, kind] of body.matchAll(/\{"(\w+)", FIELD_(\w+)/g)) {
      keys.add(key);
      const found = row && row.properties[key];
      verdict(`${name}.${key}`, !found ? 'not in the contract' : fits(found, type[kind]));
    }
    for (const key of Object.keys((row && row.properties) || {})) {
      verdict(`contract ${name}.${key}`, keys.has(key) ? '' : `not in ${path.basename(file)}`);
    }
  }
}

function fits(schema, wanted) {
  const types = typesOf(schema);
  return types.some((t) => wanted.includes(t)) ? '' : `is ${types} there, ${wanted} in C`;
}

function typesOf(schema) {
  if (schema.$ref) {
    return typesOf(contract.document.components.schemas[schema.$ref.split('/').pop()]);
  }
  if (schema.oneOf) {
    return schema.oneOf.flatMap(typesOf);
  }
  return schema.type ? [schema.type].flat() : [typeof schema.const];
}

// Words of the contract that C repeats. The tables are found by their names; each list must be the same.
function words(dir) {
  const source = fs
    .readdirSync(dir)
    .filter((file) => file.endsWith('.c'))
    .map((file) => fs.readFileSync(path.join(dir, file), 'utf8'))
    .join('\n');
  sameWords('ResultCode', table(source, /#define CODES\(X\)([^]*?)#define/, /X\(\s*\"([a-z-]+)\"/g));
  sameWords('ResultWord', table(source, /char \*const results?\w*\[\w*\] = \{([^]*?)\};/));
  for (const { const: kind } of wordsOf('CommandKind')) {
    const later = /^(alarm\.(un)?shelve|review\.|rules\.)/.test(kind); // behind features
    verdict(`kind ${kind}`, later || source.includes(`"${kind}"`) ? '' : 'not in the C sources');
  }
  for (const list of ['OutcomeCode', 'AlarmState', 'HoldStage', 'Severity', 'Role', 'KnownType']) {
    for (const { const: word } of wordsOf(list)) {
      verdict(`${list} ${word}`, source.includes(`"${word}"`) ? '' : 'not in the C sources');
    }
  }
}

const wordsOf = (list) => contract.document.components.schemas[list].oneOf;

function table(source, pattern, word = /"([a-z-]+)"/g) {
  const found = pattern.exec(source);
  return found ? [...found[1].replaceAll('\\\n', '').matchAll(word)].map((match) => match[1]) : [];
}

function sameWords(list, there) {
  const here = wordsOf(list).map((one) => one.const);
  verdict(`${list}: the C table is found`, there.length > 0 ? '' : 'no such table');
  here.forEach((word) => verdict(`${list} ${word}`, there.includes(word) ? '' : 'not in C'));
  there.forEach((word) => verdict(`${list} ${word} of C`, here.includes(word) ? '' : 'not in the contract'));
}

async function main() {
  const [mode, ...rest] = process.argv.slice(2);
  const modes = { schemas, examples, lines, entities, words };
  if (!Object.hasOwn(modes, mode || '')) {
    console.error(`usage: check-contract.js ${Object.keys(modes).join('|')} [...]`);
    process.exit(2);
  }
  await modes[mode](...rest);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
