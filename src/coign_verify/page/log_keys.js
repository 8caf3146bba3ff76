// How the key of a log came from the one before: statements in entries, signed by the keys themselves.

const KEY_CHANGED = "ledger.log_key_changed.v1";
const CHANGE = /^coign\/log-key\/v1\nold (\S+)\nnew (\S+)\nroot (?:none|(\S+))\n$/;

function changeFrom(text) {
  shaped(typeof text === "string", "a change of the log's key has no statement");
  const note = noteFrom(toBytes(text)), told = CHANGE.exec(note.text);
  if (told === null) throw new Wrong("it is no statement of the kind coign/log-key/v1");
  return { note, old: keyFromText(told[1]), next: keyFromText(told[2]), root: told[3] ? keyFromText(told[3]) : null };
}

/** Every change of a log's key that entries tell, by its statement, with who signed it of all keys that any one names. */
async function keyChangesIn(entries) {
  const facts = entries.flatMap(({ outcome, intent }) => (outcome === "refused" ? [] : intent.facts)).filter(({ type }) => type === KEY_CHANGED);
  const told = new Map(facts.map(({ body }) => [body.statement, readChange(body.statement)]));
  const changes = [...told.values()].filter(({ wrong }) => !wrong), keys = new Map();
  for (const { old, next, root } of changes) for (const key of [old, next, root]) if (key) keys.set(key.text, key);
  for (const change of changes) {
    change.signed = new Map();
    for (const [text, key] of keys) change.signed.set(text, await signedByKey(change.note, key));
  }
  return told;
}

function readChange(statement) {
  try {
    return changeFrom(statement);
  } catch (error) {
    if (error instanceof Wrong) return { wrong: error.message };
    throw error;
  }
}

/** Whether a key signed a note; null: its signature is not there at all. */
async function signedByKey(note, key) {
  if (!note.signatures.some(({ name, id }) => name === key.name && id === key.id)) return null;
  try {
    return (await verifiedBy(note, [key])).size > 0;
  } catch (error) {
    if (error instanceof Wrong) return false;
    throw error;
  }
}

/** Whether one of these keys at least signed, and none of them wrongly. */
function isSignedBy({ signed }, ...keys) {
  const found = keys.filter(Boolean).map(({ text }) => signed.get(text) ?? null);
  return found.includes(true) && !found.includes(false);
}

/** Why a change cannot come next; "": it can. `keys` are those so far, in their order. */
function whyNotNext(keys, root, change) {
  const now = keys[keys.length - 1], { old, next } = change;
  const used = [...keys, ...(root ? [root] : [])], isUsed = (key, among) => among.some((each) => same(each.publicBytes, key.publicBytes));
  const rootStays = (change.root?.text ?? "") === (root?.text ?? ""), keyStays = next.text === old.text;
  if (old.text !== now.text) return `it replaces the key ${old.text}, and this log signs with ${now.text}`;
  if (next.name !== now.name || next.kind !== ED25519 || (change.root ?? now).kind !== ED25519) return `what it names is no key of ${now.name}`;
  if (keyStays && rootStays) return "it changes nothing";
  if (!keyStays && isUsed(next, used)) return "the new key was used here before";
  if (!rootStays && (change.root === null || isUsed(change.root, [...used, next])))
    return "the root it names is none that can stand in for the log's key";
  if (!isSignedBy(change, next)) return "the new key did not sign it";
  if (!rootStays && !isSignedBy(change, change.root)) return "the root did not sign it";
  return isSignedBy(change, old, root) ? "" : "neither the key before nor the root signed it";
}

/** The keys of a log in their order, by the changes in its entries (`keyChangesIn`) as far as they hold; none where none was made. */
function keyHistory(entries, changes, say) {
  let keys = [], root = null;
  for (const [at, entry] of entries) {
    const fact = entry.outcome === "refused" ? undefined : entry.intent.facts.findLast((each) => each.type === KEY_CHANGED);
    if (!fact) continue;
    try {
      const change = changes.get(fact.body.statement);
      if (change.wrong) throw new Wrong(change.wrong);
      if (!keys.length) keys = [change.old];
      const wrong = whyNotNext(keys, root, change);
      if (wrong) throw new Wrong(wrong);
      if (change.next.text !== change.old.text) keys = [...keys, change.next];
      root = change.root;
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      say(at, `the change of the log's key does not hold: ${error.message}`);
      break;
    }
  }
  return keys;
}
