// What a pack consists of: its files, the manifest that names them, the lines with entries.

const KIND = "coign/pack/v1";
const FILES = ["account.html", "account.pdf", "manifest.txt", "checkpoint.txt", "contents.json", "entries.jsonl", "openings.json"];
const [ACCOUNT, PAPER, MANIFEST, CHECKPOINT, CONTENTS, ENTRIES, OPENINGS] = FILES;

const momentOf = (seconds) => new Date(Number(seconds) * 1000).toISOString().replace(".000", "");

function whole(value) {
  shaped(Number.isSafeInteger(value), "a position is no whole number");
  return value;
}

function linesOf(data) {
  const lines = [];
  let start = 0;
  for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, start)) {
    lines.push(data.slice(start, at));
    start = at + 1;
  }
  return [...lines, data.slice(start)];
}

/** The plain values of a line that holds an entry; null: it holds none. */
function entryFrom(line) {
  try {
    const plain = readJson(line);
    return isObject(plain) && "position" in plain ? plain : null;
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return null;
  }
}

function manifestFrom(text) {
  const [kind, key, chain, ...files] = text.replace(/\n$/, "").split("\n");
  const listed = files.every((line) => /^file [^ ]* (?:0|[1-9][0-9]*) [^ ]*$/.test(line));
  if (kind !== KIND || !/^key [^ ]*$/.test(key ?? "") || !/^chain [^ ]*$/.test(chain ?? "") || !listed || !text.endsWith("\n"))
    throw new Wrong("the manifest is not written as one is");
  return { key: key.slice(4), chain: chain.slice(6), files };
}

const manifestLines = (files) => Object.fromEntries(
  Object.entries(files).map(([name, data]) => [name, `file ${name} ${data.length} ${toHex(sha256(data))}`]),
);
