// JSON that means the same to every reader, and its one spelling (RFC 8785).

const DEPTH_MAX = 900;

/** Read JSON; refused are duplicate keys, lone surrogates and numbers that are no integers below 2^53. */
function readJson(bytes, { floats = false } = {}) {
  const text = toText(bytes);
  let at = 0;
  const fail = (why) => {
    throw new Wrong(`not JSON at character ${at}: ${why}`);
  };
  const space = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at++;
  };

  function value(depth) {
    if (depth > DEPTH_MAX) throw new Wrong("nested too deeply");
    space();
    let found;
    if (text[at] === "{") found = object(depth);
    else if (text[at] === "[") found = array(depth);
    else if (text[at] === '"') found = string();
    else found = word();
    space();
    return found;
  }

  function object(depth) {
    const found = Object.create(null);
    at++;
    space();
    if (text[at] === "}") return at++, found;
    for (;;) {
      space();
      if (text[at] !== '"') fail("a key is missing");
      const key = string();
      if (key in found) throw new Wrong(`the key ${key} stands twice in one object`);
      space();
      if (text[at++] !== ":") fail("a colon is missing");
      found[key] = value(depth + 1);
      const next = text[at++];
      if (next === "}") return found;
      if (next !== ",") fail("neither comma nor closing brace");
    }
  }

  function array(depth) {
    const found = [];
    at++;
    space();
    if (text[at] === "]") return at++, found;
    for (;;) {
      found.push(value(depth + 1));
      const next = text[at++];
      if (next === "]") return found;
      if (next !== ",") fail("neither comma nor closing bracket");
    }
  }

  function string() {
    const match = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (!found) fail("a string does not end, or holds what none may");
    at = match.lastIndex;
    const said = JSON.parse(found[0]);
    if (/\p{Surrogate}/u.test(said)) throw new Wrong("a string holds a lone surrogate");
    return said;
  }

  function word() {
    const match = /true|false|null|-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (!found) fail("no value");
    at = match.lastIndex;
    const [whole, part, power] = found;
    if (whole === "true") return true;
    if (whole === "false") return false;
    if (whole === "null") return null;
    const number = Number(whole);
    if (part === undefined && power === undefined) {
      if (!Number.isSafeInteger(number)) throw new Wrong(`integer ${whole.slice(0, 24)} is beyond 2^53 - 1`);
    } else if (!floats) throw new Wrong(`number ${whole.slice(0, 24)} is not an integer`);
    else if (!Number.isFinite(number)) throw new Wrong(`number ${whole.slice(0, 24)} is beyond the range of a double`);
    return number;
  }

  const found = value(0);
  if (at !== text.length) fail("it goes on after its end");
  return found;
}

/** The one spelling of a value. */
function canonical(value) {
  const write = (each) => {
    if (Array.isArray(each)) return `[${each.map(write).join(",")}]`;
    if (each !== null && typeof each === "object") {
      const keys = Object.keys(each).sort((one, other) => (one < other ? -1 : 1));
      return `{${keys.map((key) => `${JSON.stringify(key)}:${write(each[key])}`).join(",")}}`;
    }
    return JSON.stringify(Object.is(each, -0) ? 0 : each);
  };
  return toBytes(write(value));
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** What a pack must have here; whatever else stands there was made by somebody else. */
function shaped(fits, what) {
  if (!fits) throw new Wrong(`it is not shaped as a pack is: ${what}`);
}

/** These members of an object, which it must have. */
function need(object, ...names) {
  return names.map((name) => {
    shaped(isObject(object) && name in object, `${name} is missing`);
    return object[name];
  });
}
