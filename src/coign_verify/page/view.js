// The page: a pack and the keys that its reader trusts go in, the answer comes out. Nothing leaves the browser.

const SHAPES = { 0: ["yes", "✓", "Verifies"], 1: ["no", "✕", "Does not verify"], 3: ["unknown", "?", "Intact"] };

const part = (id) => document.getElementById(id);

const element = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });

/** A list of lines, each with what is said of it besides if there is something; gone where there are none. */
function listed(id, lines, besides = () => "") {
  part(id).replaceChildren(...lines.map((line) => {
    const item = element("li", line.sentence ?? line), more = besides(line);
    if (more) item.append(element("small", more));
    return item;
  }));
  part(id).parentElement.hidden = !lines.length;
}

function shown(found) {
  const [kind, shape, word] = SHAPES[found.code];
  part("answer").hidden = false;
  part("verdict").className = kind;
  part("verdict").replaceChildren(
    element("strong", `${shape} ${word}`),
    element("span", found.verdict.replace(/^(?:Verifies|Does not verify): /, "")),
  );
  listed("problems", found.problems.map((each) => (each.position === null ? "" : `Entry ${each.position}, ${each.kind}: `) + each.detail));
  listed("proved", found.proved);
  listed("not-proved", found.notProved);
  listed("witnesses", found.witnesses.map((each) => `${each.name}, ${each.at}`));
  shownInvariants(found.invariants);
  part("account").hidden = !found.account;
  part("account-page").srcdoc = found.account ?? "";
  part("verdict").focus();
}

const often = (count, word) => (count ? [count === 1 ? `${word} once` : `${word} ${count} times`] : []);

/** What must hold in every record: where it is broken, where it could not be judged and why, where it held. */
function shownInvariants(all) {
  const besides = (...more) => more.filter((each) => each.length).join(" · ");
  const counts = ({ requirement, held, notJudged, why }) => besides(
    requirement.join(", "), ...often(held, "met"), ...often(notJudged, "not judged"), why);
  const broken = all.filter((each) => each.broken.length), others = all.filter((each) => !each.broken.length);
  const partly = others.filter((each) => each.notJudged), fully = others.filter((each) => !each.notJudged);
  const held = fully.filter((each) => each.held);
  listed("broken", broken, (each) => besides(each.requirement.join(", "), `by entry ${each.broken.join(", ")}`));
  listed("not-judged", partly, counts);
  listed("held", held, counts);
  listed("unmet", fully.filter((each) => !each.held), counts);
  part("invariants-count").textContent = `${broken.length} broken, ${partly.length} not judged in every place, ${held.length} held`;
  part("invariants").hidden = !all.length;
  part("invariants").open = broken.length > 0;
}

let told = 0, asked = 0;

/** Say what is being looked at, and let the page breathe: a long check is no reason for it to stand still. */
async function goesOn(what, count) {
  if (performance.now() - told < 50) return;
  part("problem").textContent = `Checking ${what}${count ? `, entry ${count[0]} of ${count[1]}` : ""}…`;
  await new Promise((done) => setTimeout(done, 0));
  told = performance.now();
}

async function check() {
  const file = part("pack").files[0], mine = ++asked;
  part("problem").textContent = "";
  part("answer").hidden = true;
  if (!file) return;
  try {
    const data = new Uint8Array(await file.arrayBuffer());
    if (!isPack(data)) throw new Wrong(`${file.name} is not a pack`);
    const trust = trustFrom(part("trust").value);
    part("problem").textContent = "Checking…";
    const found = await verifyPack(data, trust, goesOn);
    if (mine !== asked) return; // meanwhile somebody asked about something else
    part("problem").textContent = "";
    shown(found);
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
  replay, keyChangesIn, Terms, INVARIANTS,
};
