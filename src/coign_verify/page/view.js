// The page: a pack and the keys that its reader trusts go in, the answer comes out. Nothing leaves the browser.

const SHAPES = { 0: ["yes", "✓", "Verifies"], 1: ["no", "✕", "Does not verify"], 3: ["unknown", "?", "Intact"] };

const part = (id) => document.getElementById(id);

function listed(id, lines) {
  part(id).replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  part(id).parentElement.hidden = !lines.length;
}

function shown(found) {
  const [kind, shape, word] = SHAPES[found.code];
  part("answer").hidden = false;
  part("verdict").className = kind;
  part("verdict").replaceChildren(
    Object.assign(document.createElement("strong"), { textContent: `${shape} ${word}` }),
    Object.assign(document.createElement("span"), { textContent: found.verdict.replace(/^(?:Verifies|Does not verify): /, "") }),
  );
  listed("problems", found.problems.map((each) => (each.position === null ? "" : `Entry ${each.position}, ${each.kind}: `) + each.detail));
  listed("proved", found.proved);
  listed("not-proved", found.notProved);
  listed("witnesses", found.witnesses.map((each) => `${each.name}, ${each.at}`));
  part("account").hidden = !found.account;
  part("account-page").srcdoc = found.account ?? "";
  part("verdict").focus();
}

async function check() {
  const file = part("pack").files[0];
  part("problem").textContent = "";
  part("answer").hidden = true;
  if (!file) return;
  try {
    const data = new Uint8Array(await file.arrayBuffer());
    if (!isPack(data)) throw new Wrong(`${file.name} is not a pack`);
    const trust = trustFrom(part("trust").value);
    part("problem").textContent = "Checking…";
    shown(await verifyPack(data, trust));
    part("problem").textContent = "";
  } catch (error) {
    part("problem").textContent = error.message;
  }
}

part("pack").addEventListener("change", check);
part("trust").addEventListener("change", check);
part("trust-file").addEventListener("change", async () => {
  part("trust").value = await part("trust-file").files[0].text();
  await check();
});
// For scripts, and for whoever compares this page with the command.
globalThis.coignVerify = {
  verifyPack, trustFrom, isPack, fromBase64, toBase64, readJson, canonical, noteFrom, verifiedBy, keyFromText, byPasskey,
  replay, Terms, INVARIANTS,
};
