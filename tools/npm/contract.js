'use strict';
// Loads api/dispatch.yaml into ajv (JSON Schema 2020-12, strict). Shared by the checks here.
const fs = require('node:fs');
const path = require('node:path');
const YAML = require('yaml');
const Ajv2020 = require('ajv/dist/2020');
const addFormats = require('ajv-formats');

const FILE = path.join(__dirname, '..', '..', 'api', 'dispatch.yaml');

function relink(node) {
  if (Array.isArray(node)) {
    return node.map(relink);
  }
  if (node === null || typeof node !== 'object') {
    return node;
  }
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    out[key] =
      key === '$ref' ? value.replace('#/components/schemas/', 'contract#/$defs/') : relink(value);
  }
  return out;
}

function load(file = FILE) {
  const document = YAML.parse(fs.readFileSync(file, 'utf8'), { uniqueKeys: true });
  const ajv = new Ajv2020({
    strict: true,
    // if/then and dependentRequired speak of members that stand in `properties` beside them.
    strictRequired: false,
    strictTypes: false,
    allErrors: true,
    validateFormats: true,
  });
  addFormats(ajv);
  for (const word of ['x-line', 'x-results', 'x-params', 'x-labels']) {
    ajv.addKeyword({ keyword: word, metaSchema: { type: ['string', 'array'] } });
  }
  ajv.addSchema({ $id: 'contract', $defs: relink(document.components.schemas) });
  const compiled = new Map();
  const validator = (name) => {
    if (!compiled.has(name)) {
      if (!Object.hasOwn(document.components.schemas, name)) {
        throw new Error(`no schema ${name} in the contract`);
      }
      compiled.set(name, ajv.compile({ $ref: `contract#/$defs/${name}` }));
    }
    return compiled.get(name);
  };
  const tell = (validate) =>
    validate.errors.map((e) => `${e.instancePath || '/'} ${e.message}`).join('; ');
  return { document, validator, tell };
}

// Parses one JSON text as strictly as the contract asks (section 10): besides what JSON.parse
// refuses, repeated keys and keys that differ only in case, NUL, lone surrogates, depth above 16,
// numbers that are not safe integers or finite.
function strictParse(text, maxBytes = 256 * 1024) {
  if (Buffer.byteLength(text) > maxBytes) {
    throw new Error('longer than a line may be');
  }
  const value = JSON.parse(text);
  scan(text);
  return value;
}

function scan(text) {
  let at = 0;
  const blank = () => {
    while (' \t\r\n'.includes(text[at]) && at < text.length) {
      at++;
    }
  };
  const string = () => {
    const from = at++;
    while (text[at] !== '"') {
      at += text[at] === '\\' ? 2 : 1;
    }
    const out = JSON.parse(text.slice(from, ++at));
    if (out.includes('\0')) {
      throw new Error('NUL in a text');
    }
    if (!out.isWellFormed ? /[\ud800-\udfff]/u.test(out) : !out.isWellFormed()) {
      throw new Error('lone surrogate');
    }
    return out;
  };
  const number = () => {
    const digits = /^-?[0-9.eE+-]+/.exec(text.slice(at))[0];
    at += digits.length;
    const x = Number(digits);
    if (!Number.isFinite(x) || (/^-?[0-9]+$/.test(digits) && !Number.isSafeInteger(x))) {
      throw new Error(`number out of range: ${digits}`);
    }
  };
  const value = (depth) => {
    if (depth > 16) {
      throw new Error('deeper than 16');
    }
    blank();
    if (text[at] === '{' || text[at] === '[') {
      const object = text[at] === '{';
      const seen = new Set();
      at++;
      blank();
      while (text[at] !== '}' && text[at] !== ']') {
        if (object) {
          const key = string().toLowerCase();
          if (seen.has(key)) {
            throw new Error(`key twice: ${key}`);
          }
          seen.add(key);
          blank();
          at++; // the colon
        }
        value(depth + 1);
        blank();
        if (text[at] === ',') {
          at++;
          blank();
        }
      }
      at++;
    } else if (text[at] === '"') {
      string();
    } else if (/[-0-9]/.test(text[at])) {
      number();
    } else {
      at += /^[a-z]+/.exec(text.slice(at))[0].length;
    }
  };
  value(1);
}

module.exports = { FILE, load, strictParse };
