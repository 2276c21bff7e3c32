// PolyBase's rules about what a folder holds, the same for local folders and blobs.

/** Files whose name starts with `_` or `.`, and everything under such a folder, below the location itself. */
export function isHidden(relativePath: string): boolean {
  return relativePath.split('/').some((segment) => segment.startsWith('_') || segment.startsWith('.'));
}

/** Sorts by the UTF-8 bytes of a name: the order of a blob listing, and not the order of JavaScript strings. */
export function inByteOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, bytes: Buffer.from(nameOf(item), 'utf8') }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ item }) => item);
}

/** The extensions a reader tells a format or a compression by (`.csv.gz`), or '' when they hold anything unusual. */
export function extensionsOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /(?:\.[A-Za-z0-9]{1,10}){1,2}$/.exec(name)?.[0].toLowerCase() ?? '';
}
