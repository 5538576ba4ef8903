'use strict';
// Ed25519, SHA-256 and the texts that are signed, with nothing but Node's own crypto.
const crypto = require('node:crypto');

const b64 = (bytes) => Buffer.from(bytes).toString('base64url');
const sha256 = (...parts) => {
  const hash = crypto.createHash('sha256');
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex');
};

// A private key from its 32 byte seed (RFC 8032): the PKCS #8 frame of Ed25519 is constant.
function keyFromSeed(seed) {
  const frame = Buffer.from('302e020100300506032b657004220420', 'hex');
  const secret = crypto.createPrivateKey({
    key: Buffer.concat([frame, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  return { secret, public: crypto.createPublicKey(secret).export({ format: 'jwk' }).x };
}

const sign = (key, text) => b64(crypto.sign(null, Buffer.from(text), key.secret));

function verify(publicB64, text, sig) {
  const key = crypto.createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: publicB64 },
    format: 'jwk',
  });
  return crypto.verify(null, Buffer.from(text), key, Buffer.from(sig, 'base64url'));
}

const COMMAND = 'gridward-cmd-v1\n';
const commandHash = (body) => sha256(COMMAND, body);

function commandLine(key, device, body) {
  return { body, key: device, sig: sign(key, COMMAND + body) };
}

function receiptText(dev, n, hash, result) {
  const seq = result.seq === undefined ? '' : result.seq;
  return `gridward-receipt-v1\n${dev}\n${n}\n${hash}\n${result.result}\n${seq}\n${result.at}`;
}

// The digest of one type in one scope: rows are [type, id, seq].
function digest(rows) {
  let sum = 0n;
  for (const [type, id, seq] of rows) {
    sum += BigInt(`0x${sha256(`${type}|${id}|${seq}`).slice(0, 16)}`);
  }
  return { count: rows.length, sum: (sum & (2n ** 64n - 1n)).toString(16).padStart(16, '0') };
}

// UUIDv7 of a time with given random bytes (10 of them), or with fresh ones.
function uuid7(ms, random = crypto.randomBytes(10)) {
  const bytes = Buffer.concat([Buffer.alloc(6), random]);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = bytes.toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

module.exports = {
  COMMAND, b64, sha256, keyFromSeed, sign, verify, commandHash, commandLine, receiptText, digest, uuid7,
};
