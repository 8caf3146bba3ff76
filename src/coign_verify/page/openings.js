// Words of the vault that a pack opens: each with the salt with which it gives a commitment that stands in an entry.

const COMMITMENT_LABEL = toBytes("coign/commit/v1\0");

/** Every commitment in the intent of an entry; its reason is one. */
function committedIn(intent) {
  const [reason, command, facts] = need(intent, "reason", "command", "facts");
  const found = new Set(reason === "" ? [] : [reason]);
  const look = (value) => {
    if (isObject(value) && typeof value.commitment === "string") found.add(value.commitment);
    else if (value !== null && typeof value === "object") Object.values(value).forEach(look);
  };
  look(command);
  look(facts);
  return found;
}

/** The openings by the commitments that they fit, and whether these bytes are their one spelling. */
function openingsFrom(data) {
  const told = readJson(data), opened = new Map();
  shaped(Array.isArray(told), "what is opened is no list");
  for (const each of told) {
    const [field, salt, value] = need(each, "field", "salt", "value"), bytes = fromHex(salt);
    shaped(bytes.length === 32, "the salt of a commitment has 32 bytes");
    opened.set(toHex(sha256(joined(COMMITMENT_LABEL, bytes, canonical({ field, value })))), { field, salt: toHex(bytes), value });
  }
  const sorted = [...opened].sort(([one], [other]) => (one < other ? -1 : 1));
  return { opened: new Map(sorted.map(([fits, { value }]) => [fits, value])), isOne: same(canonical(sorted.map(([, each]) => each)), data) };
}
