// Keys, signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

const ED25519 = 0x01, ED25519_COSIGNATURE = 0x04, ML_DSA_44_COSIGNATURE = 0x06;
const PUBLIC_BYTES = { [ED25519]: 32, [ED25519_COSIGNATURE]: 32, [ML_DSA_44_COSIGNATURE]: 1312 };
const NOTE_BYTES_MAX = 1_000_000, SIGNATURES_MAX = 100;
const SPACES = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function checkKeyName(name) {
  if (!name || name.includes("+") || SPACES.test(name) || /[\u0000-\u001f]/.test(name))
    throw new Wrong(`key name ${name.slice(0, 100)} is empty or holds a space, a plus sign or a control character`);
}

/** Ed25519 over some bytes, by the browser. */
async function signedEd25519(publicBytes, signature, message) {
  if (publicBytes.length !== 32 || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicBytes, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Error("this browser cannot check Ed25519 signatures: take a newer one");
    return false;
  }
}

/** ML-DSA-44 over some bytes, by the browser: not all have it. */
async function signedMlDsa44(publicBytes, signature, message) {
  const key = await mlDsa44Key(publicBytes);
  return crypto.subtle.verify("ML-DSA-44", key, signature, message);
}

const mlDsa44Key = (publicBytes) => crypto.subtle.importKey("raw-public", publicBytes, "ML-DSA-44", false, ["verify"]);

/** Whether this browser can check signatures of that kind. */
const hasMlDsa44 = () => mlDsa44Key(new Uint8Array(PUBLIC_BYTES[ML_DSA_44_COSIGNATURE])).then(() => true, () => false);

/** A key as `name+id+base64` tells it. */
function keyFromText(text) {
  const [, name, id, encoded] = /^([^+]*)\+([^+]*)\+([^]*)$/.exec(text) ?? [];
  if (name === undefined) throw new Wrong("a key is written name+id+base64");
  checkKeyName(name);
  const data = fromBase64(encoded);
  const kind = data[0], publicBytes = data.slice(1);
  if (PUBLIC_BYTES[kind] !== publicBytes.length) throw new Wrong(`key ${name} is of no kind and length known here`);
  const own = sha256(joined(toBytes(`${name}\n`), data)).slice(0, 4);
  if (toHex(own) !== id) throw new Wrong(`key ${name} has the id ${toHex(own)}, not ${id}`);
  return { name, kind, publicBytes, id, text };
}

/** When this key signed the text, in seconds since 1970 (0n where its kind carries no time); null: it did not. */
async function signedAt(key, text, signature) {
  if (key.kind === ED25519) return (await signedEd25519(key.publicBytes, signature, toBytes(text))) ? 0n : null;
  if (signature.length < 8) return null;
  const time = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
  if (time > 2n ** 63n - 1n) return null;
  let checkpoint;
  try {
    checkpoint = checkpointFromText(text);
  } catch {
    return null; // no checkpoint: nothing a cosigner can have signed
  }
  const value = signature.slice(8);
  const holds = key.kind === ML_DSA_44_COSIGNATURE
    ? await signedMlDsa44(key.publicBytes, value, subtreeMessage(key.name, time, checkpoint))
    : await signedEd25519(key.publicBytes, value, toBytes(`cosignature/v1\ntime ${time}\n${text}`));
  return holds ? time : null;
}

/** What a witness signs by ML-DSA-44: that it saw the tree of this log from its first entry to its last. */
const subtreeMessage = (name, time, { origin, size, root }) =>
  joined(toBytes("subtree/v1\n\0"), withLength(name), eightBytes(time), withLength(origin), eightBytes(0), eightBytes(size), root);

function withLength(text) {
  const bytes = toBytes(text);
  if (bytes.length > 255) throw new Wrong("a name is too long for ML-DSA-44 cosignatures");
  return joined(Uint8Array.of(bytes.length), bytes);
}

/** A text and the signatures below it; nothing is checked yet. */
function noteFrom(bytes) {
  if (bytes.length > NOTE_BYTES_MAX) throw new Wrong(`the note has ${bytes.length} bytes; at most ${NOTE_BYTES_MAX} are read`);
  const whole = toText(bytes);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole)) throw new Wrong("the note holds a control character");
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0) throw new Wrong("the note has no empty line between text and signatures");
  const below = whole.slice(cut + 2);
  if (!below.endsWith("\n")) throw new Wrong("the note has no signature lines, or the last one does not end with a line feed");
  const lines = below.slice(0, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new Wrong(`the note has ${lines.length} signatures; at most ${SIGNATURES_MAX} are read`);
  return { text: whole.slice(0, cut + 1), signatures: lines.map(signatureFrom) };
}

function signatureFrom(line, number) {
  const parts = line.startsWith("\u2014 ") ? line.slice(2).split(" ") : [];
  if (parts.length !== 2) throw new Wrong(`signature line ${number + 1} is not a long dash, a key name and a signature`);
  checkKeyName(parts[0]);
  const data = fromBase64(parts[1]);
  if (data.length < 5) throw new Wrong(`signature line ${number + 1} is too short to hold a key id and a signature`);
  return { name: parts[0], id: toHex(data.slice(0, 4)), value: data.slice(4) };
}

/** Which of the known keys signed, each with its newest time. One bad signature of a known key spoils the note. */
async function verifiedBy(note, keys) {
  const known = new Map();
  for (const key of keys) {
    const label = `${key.name}+${key.id}`;
    if (known.has(label) && known.get(label).text !== key.text) throw new Wrong(`two known keys share the name and id ${label}`);
    known.set(label, key);
  }
  const verified = new Map();
  for (const { name, id, value } of note.signatures) {
    const key = known.get(`${name}+${id}`);
    if (!key) continue;
    const time = await signedAt(key, note.text, value);
    if (time === null) throw new Wrong(`the signature of ${name}+${id} does not verify`);
    if (!verified.has(key) || verified.get(key) < time) verified.set(key, time);
  }
  if (!verified.size) throw new Wrong("the note carries no signature of a known key");
  return verified;
}

/** Which log, how many entries, which root. */
function checkpointFromText(text) {
  if (!text.endsWith("\n")) throw new Wrong("checkpoint text does not end with a line feed");
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (root === undefined) throw new Wrong("a checkpoint text needs origin, size and root");
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(size)) throw new Wrong("checkpoint size is not a decimal number without leading zeros");
  for (const line of [origin, ...extensions])
    if (!line || /[\u0000-\u001f]/.test(line)) throw new Wrong("checkpoint origin or extension is empty or holds a control character");
  const rootBytes = fromBase64(root);
  if (rootBytes.length !== 32) throw new Wrong(`checkpoint root has ${rootBytes.length} bytes, not 32`);
  if (!Number.isSafeInteger(Number(size))) throw new Wrong("checkpoint size is beyond what can be counted here");
  return { origin, size: Number(size), root: rootBytes };
}

/** The witnesses' times, after checking that the log itself signed. */
async function cosignedBy(bytes, logKey, witnessKeys) {
  const note = noteFrom(bytes);
  const checkpoint = checkpointFromText(note.text);
  if (logKey.name !== checkpoint.origin) throw new Wrong(`no known log key bears the name of the origin ${checkpoint.origin}`);
  const verified = await verifiedBy(note, [logKey, ...witnessKeys]);
  if (!verified.has(logKey)) throw new Wrong(`the log ${checkpoint.origin} itself did not sign this checkpoint`);
  verified.delete(logKey);
  return verified;
}

/** Whom a reader trusts: keys of logs and witnesses, and how many witnesses are enough (C2SP tlog-policy). */
function trustFrom(text) {
  const trust = { logs: [], witnesses: [], quorum: null }, named = new Map();
  const isFree = (name) => name !== "none" && !named.has(name);
  let hasQuorum = false;
  const member = (name) => {
    if (!named.has(name)) throw new Wrong(`no line above it names ${name}`);
    return named.get(name);
  };
  text.split(/\r\n|\r|\n/).forEach((line, number) => {
    const words = line.split(/\s+/).filter(Boolean), [kind, name, third, ...more] = words;
    if (!words.length || kind.startsWith("#")) return;
    try {
      if (words.length === 1 || (kind === "log" && words.length <= 3)) trust.logs.push(keyFromText(name ?? kind));
      else if (kind === "witness" && third && more.length <= 1 && isFree(name)) {
        named.set(name, newKey(keyFromText(third), named.values()));
        trust.witnesses.push(named.get(name));
      } else if (kind === "group" && more.length && isFree(name)) named.set(name, groupOf(third, more.map(member)));
      else if (kind === "quorum" && words.length === 2 && !hasQuorum) {
        hasQuorum = true;
        trust.quorum = name === "none" ? null : member(name);
      } else throw new Wrong("expected one log, witness, group or quorum, of a name not used before");
    } catch (error) {
      throw new Wrong(`line ${number + 1}: ${error.message}`);
    }
  });
  return trust;
}

/** Whoever counts twice is no second witness. */
function newKey(key, others) {
  for (const each of others)
    if (each.publicBytes && same(each.publicBytes, key.publicBytes)) throw new Wrong(`${key.name} stands in another line as well`);
  return key;
}

function groupOf(enough, members) {
  const count = { __proto__: null, any: 1, all: members.length }[enough] ?? (/^[0-9]+$/.test(enough) ? Number(enough) : 0);
  const different = new Set(members).size;
  if (count < 1 || count > different || different < members.length) throw new Wrong(`${enough} of ${different} members cannot be enough`);
  return { enough: count, members };
}

/** Whether those who signed are enough for a quorum. */
function isEnough(member, signed) {
  if (member === null) return true;
  if (!member.members) return signed.has(member.text);
  return member.members.filter((each) => isEnough(each, signed)).length >= member.enough;
}
