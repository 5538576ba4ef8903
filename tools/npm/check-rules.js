'use strict';
// Every rules/*.json and rules/notices/*.json (and the rule files of the unit tests) against its schema
// in rules/schema, by ajv; every name in a notice against the templates of its kind. Ends with
// `N passed, N failed`.
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
const schemaOf = (name, folder = '') => {
  const kind = path.basename(folder) === 'notices' ? 'notices' : name.startsWith('law-') ? 'law' : name.startsWith('proc-') ? 'template' : name.replace(/\.json$/, '');
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
  const lists = [deep.numbers, deep.years, deep.steps, deep.policies, deep.notices].filter((l) => l && l.length);
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
    const validate = schemaOf(name, folder);
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
checkFolder(path.join(top, 'rules', 'notices'));

// Names: a template's notices are there, and what a notice asks for is in a template of its kind.
const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const rules = path.join(top, 'rules');
const templates = fs.readdirSync(rules).filter((f) => f.startsWith('proc-')).map((f) => read(path.join(rules, f)));
const noticesOf = (kind) => {
  const file = path.join(rules, 'notices', `${kind}.json`);
  return fs.existsSync(file) ? read(file).notices : [];
};
const keysOf = (list) => (list || []).map((f) => f.key).concat(['happened', 'subject']);
const known = (template, step, key) => {
  if (step === 'open') {
    return keysOf(template.open.fields).includes(key);
  }
  const spec = template.steps.find((s) => s.id === step);
  return spec !== undefined && (!key || keysOf((spec.fields || []).concat(spec.counts || [])).includes(key));
};
for (const template of templates) {
  const ids = noticesOf(template.kind).map((n) => n.id);
  for (const step of template.steps) {
    for (const id of step.notices || []) {
      check(`${template.template} ${step.id}: notice ${id}`, ids.includes(id), 'missing');
    }
  }
}
for (const kind of new Set(templates.map((t) => t.kind))) {
  for (const notice of noticesOf(kind)) {
    const text = notice.text.zh.concat(notice.text.en).join('\n');
    const names = [...text.matchAll(/\{(?:each:|if:n:|if:|list:|sum:|n:)?([A-Z][A-Za-z0-9_-]*|open)(?:\.([a-z0-9_]+))?/g)];
    for (const [, step, key] of names) {
      const found = templates.some((t) => t.kind === kind && known(t, step, key));
      if (!found) {
        check(`${kind} ${notice.id}: ${step}.${key}`, false, 'no template of this kind has it');
      }
    }
    check(`${kind} ${notice.id}: belongs to a step`, templates.some((t) => t.kind === kind && known(t, notice.for)), notice.for);
  }
}
checkFolder(fixtures);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
