'use strict';
// Every rules/*.json against rules/schema/<name>.schema.json, by ajv. Ends with `N passed, N failed`.
const fs = require('fs');
const path = require('path');
const Ajv = require('ajv/dist/2020').default;

const rules = path.join(__dirname, '..', '..', 'rules');
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
for (const file of fs.readdirSync(rules).filter((f) => f.endsWith('.json'))) {
  const schema = path.join(rules, 'schema', file.replace(/\.json$/, '.schema.json'));
  const ajv = new Ajv({ strict: true, allErrors: true });
  const validate = ajv.compile(JSON.parse(fs.readFileSync(schema, 'utf8')));
  const text = fs.readFileSync(path.join(rules, file), 'utf8');
  check(file, validate(JSON.parse(text)), ajv.errorsText(validate.errors));
  // The schema bites: every number made a text, every member taken away, is noticed.
  check(`${file} with a text for a number`, !validate(JSON.parse(text.replace(/"version": \d+/, '"version": "1"'))), 'taken');
  check(`${file} with an unknown member`, !validate(JSON.parse(text.replace('{', '{"unknown": 1, '))), 'taken');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
