'use strict';
// Every rules/*.json (and the rule files of the unit tests) against its schema in rules/schema, by
// ajv. Ends with `N passed, N failed`.
const fs = require('fs');
const path = require('path');
const Ajv = require('ajv/dist/2020').default;

const top = path.join(__dirname, '..', '..');
const schemas = path.join(top, 'rules', 'schema');
const fixtures = path.join(top, 'tests', 'unit', 'rules', 'good');
let passed = 0;
let failed = 0;
const check = (name, ok, why) => {
  if (ok) {
    passed += 1;
  } else {
    failed += 1;
    console.log(`not ok ${name}: ${why}`);
  }
};
const compiled = {};
const schemaOf = (name) => {
  const kind = name.startsWith('law-') ? 'law' : name.startsWith('proc-') ? 'template' : name.replace(/\.json$/, '');
  if (!(kind in compiled)) {
    const file = path.join(schemas, `${kind}.schema.json`);
    const ajv = new Ajv({ strict: true, allErrors: true });
    compiled[kind] = fs.existsSync(file) ? ajv.compile(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
  }
  return compiled[kind];
};
// The schema bites: a text for a number and an unknown member, outside and deep inside, are noticed.
const spoilt = (text) => {
  const deep = JSON.parse(text);
  const lists = [deep.numbers, deep.years, deep.steps, deep.policies].filter((l) => l && l.length);
  if (lists.length) {
    lists[0][0].unknown = 1;
  } else {
    deep.unknown = 1;
  }
  return {
    'a text for a number': JSON.parse(text.replace(/"version": ?\d+/, '"version": "1"')),
    'an unknown member': JSON.parse(text.replace('{', '{"unknown": 1, ')),
    'an unknown member inside': deep,
  };
};
const checkFolder = (folder) => {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((f) => f.endsWith('.json')) : [];
  for (const name of names.sort()) {
    const validate = schemaOf(name);
    const shown = path.relative(top, path.join(folder, name));
    if (!validate) {
      check(shown, false, 'there is no schema for this file');
      continue;
    }
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    check(shown, validate(JSON.parse(text)), JSON.stringify((validate.errors || []).slice(0, 5)));
    for (const [what, data] of Object.entries(spoilt(text))) {
      check(`${shown} with ${what}`, !validate(data), 'taken');
    }
  }
};
for (const name of ['law-x', 'proc-x', 'holidays.json', 'policies.json']) {
  check(`schema of ${name}`, schemaOf(name) !== null, 'missing');
}
checkFolder(path.join(top, 'rules'));
checkFolder(fixtures);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
