// DuckDB has no let: an argument that is needed more than once is repeated while it is short, and otherwise bound as
// the element of a list. Nesting would else double the text at every level.

const SHORT = 48;
/** Evaluated anew at each mention. */
const VOLATILE = /\b(?:random|uuid|nextval|error)\(/;

/** Stands for a name until it is chosen; two bindings in each other differ in what they bind. */
function placeOf(args: readonly string[]): string {
  let hash = 0x811c9dc5;
  for (const c of args.join('\0')) hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `\u{F8F0}${hash}\u{F8F1}`;
}

type Body = (names: readonly string[]) => string;

/** @param body the SQL over the names its arguments are known by */
export function bindOnce(args: readonly string[], body: Body): string {
  const long = [...args.keys()].filter((i) => (args[i] ?? '').length > SHORT || VOLATILE.test(args[i] ?? ''));
  if (long.length === 0) return body(args);
  const bound = long.map((i) => args[i] ?? '');
  return bindAlways(bound, (names) =>
    body(args.map((arg, i) => (long.includes(i) ? (names[long.indexOf(i)] ?? arg) : arg))),
  );
}

/** The same, short arguments too: where they are mentioned very often. */
export function bindAlways(args: readonly string[], body: Body): string {
  const [only] = args;
  const single = args.length === 1;
  const place = placeOf(args);
  const inner = body(args.map((_, i) => (single ? place : `${place}.a${i}`)));
  // Above every name that the body uses itself, so that none is hidden.
  const used = [...inner.matchAll(/\bv(\d+)\b/g)].map((m) => Number(m[1]));
  const name = `v${1 + Math.max(0, ...used)}`;
  const bound = single ? only : `{${args.map((arg, i) => `'a${i}': ${arg}`).join(', ')}}`;
  return `list_transform([${bound}], lambda ${name}: ${inner.replaceAll(place, name)})[1]`;
}
