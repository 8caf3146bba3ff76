// How the key of a log came from the one before: statements in entries, signed by the keys themselves.

const KEY_CHANGED = "ledger.log_key_changed.v1";
const CHANGE = /^coign\/log-key\/v1\nold (\S+)\nnew (\S+)\nroot (?:none|(\S+))\n$/;

function changeFrom(text) {
  shaped(typeof text === "string", "a change of the log's key has no statement");
  const note = noteFrom(toBytes(text)), told = CHANGE.exec(note.text);
  if (told === null) throw new Wrong("it is no statement of the kind coign/log-key/v1");
  return { note, old: keyFromText(told[1]), next: keyFromText(told[2]), root: told[3] ? keyFromText(told[3]) : null };
}

/** Whether one of these keys at least signed, and none of them wrongly. */
async function isSignedBy(note, ...keys) {
  try {
    return (await verifiedBy(note, keys.filter(Boolean))).size > 0;
  } catch (error) {
    if (error instanceof Wrong) return false;
    throw error;
  }
}

/** Why a change cannot come next; "": it can. `keys` are those so far, in their order. */
async function whyNotNext(keys, root, change) {
  const now = keys[keys.length - 1], { note, old, next } = change;
  const used = [...keys, ...(root ? [root] : [])], isUsed = (key, among) => among.some((each) => same(each.publicBytes, key.publicBytes));
  const rootStays = (change.root?.text ?? "") === (root?.text ?? ""), keyStays = next.text === old.text;
  if (old.text !== now.text) return `it replaces the key ${old.text}, and this log signs with ${now.text}`;
  if (next.name !== now.name || next.kind !== ED25519 || (change.root ?? now).kind !== ED25519) return `what it names is no key of ${now.name}`;
  if (keyStays && rootStays) return "it changes nothing";
  if (!keyStays && isUsed(next, used)) return "the new key was used here before";
  if (!rootStays && (change.root === null || isUsed(change.root, [...used, next])))
    return "the root it names is none that can stand in for the log's key";
  if (!(await isSignedBy(note, next))) return "the new key did not sign it";
  if (!rootStays && !(await isSignedBy(note, change.root))) return "the root did not sign it";
  return (await isSignedBy(note, old, root)) ? "" : "neither the key before nor the root signed it";
}

/** The keys of a log in their order, by the changes in its entries as far as they hold; none where none was made. */
async function keyHistory(entries, say) {
  let keys = [], root = null;
  for (const [at, entry] of entries) {
    const fact = entry.outcome === "refused" ? undefined : entry.intent.facts.findLast((each) => each.type === KEY_CHANGED);
    if (!fact) continue;
    try {
      const change = changeFrom(fact.body.statement);
      if (!keys.length) keys = [change.old];
      const wrong = await whyNotNext(keys, root, change);
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
