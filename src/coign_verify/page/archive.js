// A ZIP file of exactly one form: written anew and compared, so that no byte of it can be chosen.

const FIRST_DAY = 0x0021;

function header(mark, numbers, name) {
  const view = new DataView(new ArrayBuffer(mark.length + numbers.reduce((length, [size]) => length + size, 0)));
  let at = mark.length;
  fromBinary(mark).forEach((each, n) => view.setUint8(n, each));
  for (const [size, value] of numbers) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return joined(new Uint8Array(view.buffer), toBytes(name));
}

/** The one archive of these files. */
function archive(files) {
  const parts = [], listed = [];
  let at = 0;
  for (const [name, content] of files) {
    const of = [[2, 0], [2, 0], [2, 0], [2, FIRST_DAY], [4, crc32(content)], [4, content.length], [4, content.length], [2, name.length], [2, 0]];
    const local = header("PK\x03\x04", [[2, 10], ...of], name);
    listed.push(header("PK\x01\x02", [[2, 10], [2, 10], ...of, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]], name));
    parts.push(local, content);
    at += local.length + content.length;
  }
  const list = joined(...listed), count = listed.length;
  const end = header("PK\x05\x06", [[2, 0], [2, 0], [2, count], [2, count], [4, list.length], [4, at], [2, 0]], "");
  return joined(...parts, list, end);
}

/** The files of an archive in their order, and in which way it is not of the one form ("" where it is). */
function readArchive(data) {
  const files = [], view = new DataView(data.buffer, data.byteOffset, data.length);
  let at = 0;
  while (at + 30 <= data.length && view.getUint32(at, true) === 0x04034b50) {
    const nameEnd = at + 30 + view.getUint16(at + 26, true), start = nameEnd + view.getUint16(at + 28, true);
    const end = start + view.getUint32(at + 18, true);
    const name = toBinary(data.slice(at + 30, nameEnd)).replace(/[\u0080-\u00ff]/g, "?");
    files.push([name, data.slice(start, end)]);
    at = end;
  }
  if (!files.length) throw new Wrong("it is no ZIP file");
  const anew = archive(files);
  if (same(anew, data)) return { files, differs: "" };
  const first = anew.findIndex((each, n) => n < data.length && each !== data[n]);
  return { files, differs: `the file is not written as a pack is, from byte ${first < 0 ? Math.min(anew.length, data.length) : first} on` };
}
