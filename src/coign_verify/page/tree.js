// The tree of a log (RFC 6962) and the map of heads.

const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

/** The largest power of two below a number. */
function halfOf(count) {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
}

/** The parts of a tree of so many entries beside the way from an entry to the root, the nearest first. */
function beside(index, size) {
  const found = [];
  let start = 0, end = size;
  while (end - start > 1) {
    const middle = start + halfOf(end - start);
    if (index < middle) [found[found.length], end] = [[middle, end], middle];
    else [found[found.length], start] = [[start, middle], middle];
  }
  return found.reverse();
}

/** Whether an entry's hash leads to the root with the hashes of these parts. */
function leadsToRoot(index, leaf, parts, nodes, root) {
  let hash = leaf;
  for (const part of parts) {
    const other = nodes.get(String(part));
    if (other === undefined || other.length !== 32) return false;
    hash = part[0] > index ? nodeHash(hash, other) : nodeHash(other, hash);
  }
  return same(hash, root);
}

const MAP_KEY = toBytes("coign/heads/key/v1\0"), MAP_LEAF = toBytes("coign/heads/leaf/v1\0"), MAP_NODE = toBytes("coign/heads/node/v1\0");

/** Whether a subject has so many entries, the last at a position, in the map with this root. */
function isInMap(subject, seq, position, proof, root) {
  if (proof.length > 256 || ![...proof, root].every((each) => each.length === 32)) return false;
  if (![seq, position].every((each) => Number.isSafeInteger(each) && each >= 0)) return false;
  const key = sha256(joined(MAP_KEY, toBytes(subject)));
  let hash = sha256(joined(MAP_LEAF, key, eightBytes(seq), eightBytes(position)));
  proof.forEach((other, n) => {
    const depth = proof.length - 1 - n;
    const isRight = (key[depth >> 3] >> (7 - (depth % 8))) & 1;
    hash = sha256(joined(MAP_NODE, ...(isRight ? [other, hash] : [hash, other])));
  });
  return same(hash, root);
}
