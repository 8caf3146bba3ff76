// Bytes: text, hexadecimal digits, base64 with one spelling, SHA-256, CRC-32.

/** Something a pack must not be; the sentence is for people. */
class Wrong extends Error {}

const encoder = new TextEncoder();

const toBytes = (text) => encoder.encode(text);

/** Text of UTF-8 bytes; whatever is not UTF-8 is refused, and nothing is left out. */
function toText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Wrong("not UTF-8");
  }
}

const toHex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");

function fromHex(text) {
  if (typeof text !== "string" || !/^(?:\s*[0-9a-fA-F]{2})*\s*$/.test(text)) throw new Wrong("not hexadecimal digits");
  return Uint8Array.from(text.match(/[0-9a-fA-F]{2}/g) ?? [], (pair) => parseInt(pair, 16));
}

/** One character for each byte. */
function toBinary(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode.apply(null, bytes.slice(at, at + 8192)));
  return parts.join("");
}

const fromBinary = (text) => Uint8Array.from(text, (each) => each.charCodeAt(0));

const toBase64 = (bytes) => btoa(toBinary(bytes));

function fromBase64(text) {
  let bytes;
  try {
    if (/\s/.test(text)) throw new Wrong();
    bytes = fromBinary(atob(text));
  } catch {
    throw new Wrong("not base64");
  }
  if (toBase64(bytes) !== text) throw new Wrong("base64 in another than its one spelling");
  return bytes;
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const same = (one, other) => one.length === other.length && one.every((each, n) => each === other[n]);

/** A number as eight bytes, the highest first. */
function eightBytes(value) {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigUint64(0, BigInt(value));
  return new Uint8Array(bytes.buffer);
}

// SHA-256 (FIPS 180-4). The browser's own gives each answer later, and a tree is made of thousands of small hashes.

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
const ROUNDS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function sha256(bytes) {
  const length = bytes.length;
  const padded = new Uint8Array(((length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  const state = Int32Array.from(START);
  const w = new Int32Array(64);
  const turned = (x, by) => (x >>> by) | (x << (32 - by));
  for (let block = 0; block < padded.length; block += 64) {
    for (let n = 0; n < 16; n++) w[n] = view.getInt32(block + n * 4);
    for (let n = 16; n < 64; n++) {
      const one = turned(w[n - 15], 7) ^ turned(w[n - 15], 18) ^ (w[n - 15] >>> 3);
      const two = turned(w[n - 2], 17) ^ turned(w[n - 2], 19) ^ (w[n - 2] >>> 10);
      w[n] = w[n - 16] + one + w[n - 7] + two;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let n = 0; n < 64; n++) {
      const choose = (e & f) ^ (~e & g);
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choose + ROUNDS[n] + w[n]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((each, n) => (state[n] += each));
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((each, n) => out.setInt32(n * 4, each));
  return new Uint8Array(out.buffer);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const each of bytes) crc = CRC_TABLE[(crc ^ each) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
