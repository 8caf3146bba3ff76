// The signatures in entries, each checked with the key that the record itself had enrolled for that person by then.

const INTENT_LABEL = toBytes("coign/intent/v1\0");

/** The bytes of the intent as they stand in an entry: in its one spelling there is one run of bytes that they can be. */
function cutIntent(entry, plain) {
  if (!same(canonical(plain), entry)) throw new Wrong("the entry is not in its one spelling");
  return canonical(plain.intent);
}

/** Knows at every position which keys sign for whom. */
class SignatureWalk {
  keys = new Map();
  demonstration = false;
  verified = new Map();
  unchecked = new Map();

  /** What is wrong with an entry's signature ("": nothing); then learn what the entry says about keys. */
  async check(plain, body) {
    const wrong = plain.signature === null ? "" : await this.wrong(plain, body);
    if (plain.outcome !== "refused") for (const fact of plain.intent.facts) this.learn(fact.type, fact.body);
    return wrong;
  }

  async wrong(plain, body) {
    const [method, credential, value] = need(plain.signature, "method", "credential", "value");
    const [person] = need(plain.intent.actor, "person");
    const enrolled = this.keys.get(person)?.get(credential);
    if (!enrolled || enrolled.method !== method) return `${person} had no such key enrolled at that time`;
    if (method === "demonstration" && !this.demonstration)
      return "it is signed by a demonstration key, and this record is no demonstration";
    if (!(method in METHODS)) return this.count(this.unchecked, method);
    let digest, bytes;
    try {
      [digest, bytes] = [sha256(joined(INTENT_LABEL, cutIntent(body, plain))), fromHex(value)];
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      return `the signature of ${person} cannot be read`;
    }
    const why = await METHODS[method](enrolled.key, digest, bytes);
    return why ? `the signature of ${person} does not verify over what stands there: ${why}` : this.count(this.verified, method);
  }

  count(counts, method) {
    counts.set(method, (counts.get(method) ?? 0) + 1);
    return "";
  }

  learn(kind, body) {
    if (kind === "ledger.opened.v1") this.demonstration = body.demonstration;
    else if (kind === "people.authenticator_enrolled.v1") {
      if (!this.keys.has(body.person)) this.keys.set(body.person, new Map());
      this.keys.get(body.person).set(body.credential, { method: body.method, key: body.public_key });
    } else if (kind === "people.authenticator_revoked.v1") this.keys.get(body.person)?.delete(body.credential);
    else if (kind === "people.person_left.v1" || kind === "people.credentials_reset.v1") this.keys.delete(body.person);
  }

  proved() {
    return inOrder(this.verified).map(([method, count]) => `${count} signatures (${method}) verify with keys enrolled in this record`);
  }

  notProved() {
    const said = inOrder(this.unchecked).map(([method, count]) => `${count} signatures by ${method}: not checked here`);
    if (this.verified.has("demonstration")) said.push("who signed by a demonstration key: the server holds these keys");
    if (this.verified.has("password+otp"))
      said.push("who signed by password and code: the server attests to it with a key of its own");
    return said;
  }
}

const inOrder = (counts) => [...counts].sort(([one], [other]) => (one < other ? -1 : 1));

const NOT_BY_THIS_KEY = "the signature was not made by the key that is enrolled";

async function byKey(publicKey, digest, value) {
  let key;
  try {
    key = fromHex(publicKey);
  } catch {
    return NOT_BY_THIS_KEY;
  }
  return (await signedEd25519(key, value, digest)) ? "" : NOT_BY_THIS_KEY;
}

const METHODS = { ed25519: byKey, "password+otp": byKey, demonstration: byKey, webauthn: byPasskey };

// Passkeys: they sign what they know (authenticator data) and the hash of what the browser knows (client data).

const HOST = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ALGORITHMS = {
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  EdDSA: ["Ed25519", "Ed25519"],
  RS256: [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, "RSASSA-PKCS1-v1_5"],
};

async function byPasskey(text, digest, value) {
  let key, parts;
  try {
    key = await passkeyFrom(text);
    parts = partsOf(value);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return error.message;
  }
  const [authenticator, client, signature] = parts;
  return wrongClient(client, digest, key.host) || wrongAuthenticator(authenticator, key.host)
    || (await wrongSignature(key, joined(authenticator, sha256(client)), signature));
}

async function passkeyFrom(text) {
  const [label, host, algorithm, encoded, more] = text.split(" ");
  if (label !== "webauthn/v1" || encoded === undefined || more !== undefined)
    throw new Wrong("a passkey is written webauthn/v1 HOST ALGORITHM BASE64");
  if (!HOST.test(host)) throw new Wrong(`${host.slice(0, 100)} is not the name of a host in lower case`);
  if (!Object.hasOwn(ALGORITHMS, algorithm)) throw new Wrong(`${algorithm.slice(0, 20)} is none of ${Object.keys(ALGORITHMS).join(", ")}`);
  const spki = fromBase64(encoded);
  let key;
  try {
    key = await crypto.subtle.importKey("spki", spki, ALGORITHMS[algorithm][0], true, ["verify"]);
  } catch {
    throw new Wrong(`the key is none for ${algorithm}`);
  }
  if (algorithm === "RS256" && key.algorithm.modulusLength < 2048) throw new Wrong("the key is too short");
  if (!same(new Uint8Array(await crypto.subtle.exportKey("spki", key)), spki))
    throw new Wrong("the key is written in another than its one spelling");
  return { host, algorithm, key };
}

function partsOf(value) {
  if (value.length > 4096) throw new Wrong(`a signature by a passkey has at most 4096 bytes, not ${value.length}`);
  const parts = [];
  let at = 0;
  for (let n = 0; n < 3; n++) {
    const end = at + 2 + ((value[at] << 8) | value[at + 1]);
    if (!(at + 2 <= value.length && end <= value.length)) throw new Wrong("a signature by a passkey ends before its three parts do");
    parts.push(value.slice(at + 2, end));
    at = end;
  }
  if (at !== value.length) throw new Wrong("a signature by a passkey goes on after its three parts");
  return parts;
}

function wrongClient(client, digest, host) {
  let said;
  try {
    said = readJson(client, { floats: true });
  } catch (error) {
    return `the client data is ${error.message}`;
  }
  if (!isObject(said)) return "the client data is no object";
  if (said.type !== "webauthn.get") return "the passkey was asked for something else than a signature";
  const challenge = toBase64(digest).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (said.challenge !== challenge) return "the passkey signed something else than this";
  const place = typeof said.origin === "string" ? /^(https?):\/\/([^:/?#@]+)(?::[0-9]{1,5})?$/.exec(said.origin) : null;
  const isLocal = host === "localhost" || host.endsWith(".localhost");
  if (!place || place[2] !== host || !(place[1] === "https" || isLocal))
    return `the page was not one of ${host}, which the passkey is enrolled for`;
  if ((said.crossOrigin ?? false) !== false || "topOrigin" in said) return "the page stood inside a page of somebody else";
  return "";
}

function wrongAuthenticator(data, host) {
  if (data.length < 37) return `the authenticator data has ${data.length} bytes, fewer than 37`;
  if (!same(data.slice(0, 32), sha256(toBytes(host)))) return `the passkey was used for another host than ${host}, which it is enrolled for`;
  if (!(data[32] & 1)) return "nobody was present when the passkey signed";
  return data[32] & 4 ? "" : "the passkey did not verify who used it";
}

async function wrongSignature({ algorithm, key }, signed, signature) {
  const value = algorithm === "ES256" ? twoNumbers(signature) : signature;
  const holds = value && (await crypto.subtle.verify(ALGORITHMS[algorithm][1], key, value, signed));
  return holds ? "" : "the signature was not made by the passkey that is enrolled";
}

/** An ECDSA signature in DER as the two numbers of 32 bytes each that browsers take; null: it is none. */
function twoNumbers(der) {
  const numbers = [];
  let at = 2;
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  for (let n = 0; n < 2; n++) {
    const length = der[at + 1], number = der.slice(at + 2, at + 2 + length);
    const padded = number[0] === 0 && number[1] >= 128;
    if (der[at] !== 2 || !length || number.length !== length || number[0] >= 128 || (number[0] === 0 && !padded && length > 1)) return null;
    const digits = padded ? number.slice(1) : number;
    if (digits.length > 32) return null;
    numbers.push(joined(new Uint8Array(32 - digits.length), digits));
    at += 2 + length;
  }
  return at === der.length ? joined(...numbers) : null;
}
