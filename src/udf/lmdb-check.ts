// Reads an lmdb data file as bytes and says what is wrong with it. lmdb trusts its pages: on a damaged one it reads or
// writes outside its map, which ends the process. So a file that may have changed behind its back is read here first.
// Knows the layout of pages (lmdb 3.5, 64 bit, little-endian), not what is stored in them.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** `version`: another build of lmdb wrote it. */
export interface Damage {
  readonly kind: 'damaged' | 'version';
  readonly detail: string;
}

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const META_BYTES = 24 + 144;
const HEADER = 24;
const NODE = 8;
const OVERFLOW_NODE = 24;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const META = 8;
const BIG_DATA = 1;
const NONE = 0xffffffffffffffffn;
const MAX_DEPTH = 32;
/** No file of ours is larger; a page number past it is garbage. */
const MAX_FILE_BYTES = 2 ** 42;

interface Tree {
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly overflows: number;
  readonly entries: number;
  /** Page number; undefined: the tree is empty. */
  readonly root: number | undefined;
}

interface Meta {
  readonly pageBytes: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly transaction: number;
}

class DamageFound extends Error {
  readonly kind: Damage['kind'];
  constructor(detail: string, kind: Damage['kind'] = 'damaged') {
    super(detail);
    this.kind = kind;
  }
}

/**
 * Whether lmdb may open the file: its two header pages. An empty file is a new one.
 *
 * @throws what reading throws
 */
export function headerDamage(path: string): Damage | undefined {
  return examined(path, (file) => {
    if (file.sizeBytes > 0) readMeta(file);
  });
}

/**
 * Whether every page that a reader or writer of the newest snapshot can meet is sound. Somebody must hold a read
 * transaction begun before, or writers reuse pages while they are read here.
 *
 * @throws what reading throws
 */
export function pageDamage(path: string): Damage | undefined {
  return examined(path, (file) => {
    const meta = readMeta(file);
    const walk = new Walk(file, meta);
    walk.tree(meta.main, 'main');
    walk.tree(meta.free, 'free');
    walk.freePages();
  });
}

interface OpenFile {
  readonly descriptor: number;
  readonly sizeBytes: number;
}

function examined(path: string, look: (file: OpenFile) => void): Damage | undefined {
  const descriptor = openSync(path, 'r');
  try {
    look({ descriptor, sizeBytes: fstatSync(descriptor).size });
    return undefined;
  } catch (failure) {
    if (failure instanceof DamageFound) return { kind: failure.kind, detail: failure.message };
    throw failure;
  } finally {
    closeSync(descriptor);
  }
}

function readMeta(file: OpenFile): Meta {
  const first = metaPage(file, 0, 0);
  const second = metaPage(file, 1, first.pageBytes);
  if (second.pageBytes !== first.pageBytes) throw new DamageFound('its two headers differ in page size');
  // The same choice as lmdb's.
  const [newest, place] = first.transaction >= second.transaction ? [first, 0] : [second, 1];
  if (newest.transaction % 2 !== place) throw new DamageFound(`header ${place} has another one's transaction`);
  return newest;
}

function metaPage(file: OpenFile, place: number, offset: number): Meta {
  const bytes = read(file, offset, META_BYTES);
  if (bytes.readUInt32LE(HEADER) !== MAGIC || bytes.readUInt16LE(18) !== META) {
    throw new DamageFound(`header ${place} is not one`);
  }
  const version = bytes.readUInt32LE(HEADER + 4);
  if (version !== VERSION) throw new DamageFound(`version ${version} instead of ${VERSION}`, 'version');
  const pageBytes = bytes.readUInt32LE(HEADER + 24);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) {
    throw new DamageFound(`header ${place} has pages of ${pageBytes} bytes`);
  }
  // 0x08: the keys of the list of free pages are numbers; 0x4000: the environment is a file, not a folder.
  const flags = [bytes.readUInt16LE(HEADER + 28) & ~0x4000, bytes.readUInt16LE(HEADER + 76)];
  if (flags[0] !== 0x08 || flags[1] !== 0) throw new DamageFound(`header ${place} has flags ${flags.join(', ')}`);
  const lastPage = count(bytes, HEADER + 120);
  if (lastPage < 1 || lastPage * pageBytes > MAX_FILE_BYTES) {
    throw new DamageFound(`header ${place} ends at page ${lastPage}`);
  }
  const free = treeOf(bytes, HEADER + 24);
  const main = treeOf(bytes, HEADER + 72);
  return { pageBytes, free, main, lastPage, transaction: count(bytes, HEADER + 128) };
}

function treeOf(bytes: Buffer, at: number): Tree {
  const root = bytes.readBigUInt64LE(at + 40);
  return {
    depth: bytes.readUInt16LE(at + 6),
    branches: count(bytes, at + 8),
    leaves: count(bytes, at + 16),
    overflows: count(bytes, at + 24),
    entries: count(bytes, at + 32),
    root: root === NONE ? undefined : count(bytes, at + 40),
  };
}

function count(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new DamageFound(`a number is ${value}`);
  return Number(value);
}

function read(file: OpenFile, offset: number, length: number, into: Buffer = Buffer.allocUnsafe(length)): Buffer {
  for (let done = 0; done < length; ) {
    const got = readSync(file.descriptor, into, done, length - done, offset + done);
    if (got === 0) throw new DamageFound(`it ends at byte ${offset + done}, expected ${offset + length}`);
    done += got;
  }
  return into;
}

/** One look at every reachable page. */
class Walk {
  readonly #file: OpenFile;
  readonly #meta: Meta;
  readonly #seen: Uint8Array;
  /** Free pages by the list of free pages; checked when everything reachable is known. */
  readonly #free: number[] = [];
  readonly #levels: Buffer[] = [];
  #branches = 0;
  #leaves = 0;
  #overflows = 0;
  #entries = 0;

  constructor(file: OpenFile, meta: Meta) {
    this.#file = file;
    this.#meta = meta;
    this.#seen = new Uint8Array((meta.lastPage >> 3) + 1);
  }

  tree(tree: Tree, kind: 'main' | 'free'): void {
    this.#branches = 0;
    this.#leaves = 0;
    this.#overflows = 0;
    this.#entries = 0;
    if (tree.depth > MAX_DEPTH) throw new DamageFound(`its ${kind} tree has depth ${tree.depth}`);
    if (tree.root !== undefined) {
      if (tree.depth === 0) throw new DamageFound(`its ${kind} tree has a root and no depth`);
      this.#page(tree.root, 1, tree.depth, kind, undefined, undefined);
    }
    const found = [this.#branches, this.#leaves, this.#overflows, this.#entries].join(', ');
    const told = [tree.branches, tree.leaves, tree.overflows, tree.entries].join(', ');
    if (found !== told) throw new DamageFound(`its ${kind} tree has ${found} pages and entries, expected ${told}`);
  }

  freePages(): void {
    for (const page of this.#free) {
      if (page < 2 || page > this.#meta.lastPage) throw new DamageFound(`page ${page} is free and outside`);
      if (this.#isSeen(page)) throw new DamageFound(`page ${page} is both free and in use`);
    }
  }

  /** @param low, high keys are at least, and below, these */
  #page(
    number: number,
    level: number,
    depth: number,
    kind: 'main' | 'free',
    low: Buffer | undefined,
    high: Buffer | undefined,
  ): void {
    const { pageBytes, transaction } = this.#meta;
    this.#see(number);
    this.#levels[level] ??= Buffer.allocUnsafeSlow(pageBytes);
    const page = read(this.#file, number * pageBytes, pageBytes, this.#levels[level]);
    const wrong = (detail: string) => new DamageFound(`page ${number} ${detail}`);
    if (page.readUInt32LE(0) !== number || page.readUInt32LE(4) !== 0) throw wrong('has the number of another');
    // lmdb takes a page of a later transaction for its own to write, in a map that cannot be written.
    if (count(page, 8) > transaction) throw wrong('is of a later transaction');
    const expected = level === depth ? LEAF : BRANCH;
    if (page.readUInt16LE(18) !== expected) throw wrong('is of another kind');
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    const last = pageBytes - HEADER;
    if (lower % 2 !== 0 || lower > upper || upper > last) throw wrong('has no sound bounds');
    const nodes = lower >> 1;
    if (nodes < (expected === BRANCH ? 2 : 1)) throw wrong(`has ${nodes} nodes`);
    if (expected === BRANCH) this.#branches++;
    else this.#leaves++;
    let before = low;
    const children: { readonly page: number; readonly key: Buffer | undefined }[] = [];
    for (let i = 0; i < nodes; i++) {
      const offset = page.readUInt16LE(HEADER + i * 2);
      const node = HEADER + offset;
      if (offset < upper || offset % 2 !== 0 || offset + NODE > last) throw wrong(`has node ${i} outside`);
      const keyBytes = page.readUInt16LE(node + 6);
      if (offset + NODE + keyBytes > last) throw wrong(`has key ${i} outside`);
      const key = page.subarray(node + NODE, node + NODE + keyBytes);
      // The first key of a branch stands for everything below the second and may be empty.
      const first = expected === BRANCH && i === 0;
      if (!first) {
        if (keyBytes === 0 || (kind === 'free' && keyBytes !== 8)) throw wrong(`has key ${i} of ${keyBytes} bytes`);
        const order = before === undefined ? 1 : compare(kind, key, before);
        if (order < 0 || (order === 0 && i > 0) || (high !== undefined && compare(kind, key, high) >= 0)) {
          throw wrong(`has key ${i} out of order`);
        }
        before = key;
      }
      if (expected === BRANCH) {
        const child =
          page.readUInt16LE(node) + page.readUInt16LE(node + 2) * 65_536 + page.readUInt16LE(node + 4) * 2 ** 32;
        children.push({ page: child, key: first ? undefined : key });
      } else {
        this.#entries++;
        this.#leafNode(page, node, keyBytes, kind, wrong);
      }
    }
    for (const [i, child] of children.entries()) {
      this.#page(child.page, level + 1, depth, kind, child.key ?? low, children[i + 1]?.key ?? high);
    }
  }

  #leafNode(
    page: Buffer,
    node: number,
    keyBytes: number,
    kind: 'main' | 'free',
    wrong: (detail: string) => Error,
  ): void {
    const { pageBytes } = this.#meta;
    const valueBytes = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    const value = node + NODE + keyBytes;
    if (flags === 0) {
      if (value + valueBytes > pageBytes) throw wrong('has a value outside');
      if (kind === 'free') this.#freeList(page.subarray(value, value + valueBytes), wrong);
      return;
    }
    if (flags !== BIG_DATA || value + OVERFLOW_NODE > pageBytes) throw wrong(`has a node with flags ${flags}`);
    const start = count(page, value);
    const pages = count(page, value + 16);
    if (pages !== Math.ceil((HEADER + valueBytes) / pageBytes)) throw wrong(`has a value on ${pages} pages`);
    for (let i = 0; i < pages; i++) this.#see(start + i);
    this.#overflows += pages;
    const whole = kind === 'free';
    const bytes = read(this.#file, start * pageBytes, whole ? HEADER + valueBytes : HEADER);
    if (count(bytes, 0) !== start || bytes.readUInt16LE(18) !== OVERFLOW || bytes.readUInt32LE(20) !== pages) {
      throw wrong(`leads to page ${start}, which is of another kind`);
    }
    if (count(bytes, 8) > this.#meta.transaction) throw wrong(`leads to page ${start} of a later transaction`);
    const end = start * pageBytes + HEADER + valueBytes;
    if (end > this.#file.sizeBytes && end > fstatSync(this.#file.descriptor).size)
      throw wrong('has a value past the end');
    if (whole) this.#freeList(bytes.subarray(HEADER), wrong);
  }

  /** Numbers of pages; a negative number is the length of the run that starts at the next; zeros fill up. */
  #freeList(list: Buffer, wrong: (detail: string) => Error): void {
    if (list.length < 8) throw wrong('has a list of free pages without a length');
    const length = count(list, 0);
    if (length * 8 + 8 > list.length) throw wrong(`has a list of ${length} free pages`);
    for (let i = 1; i <= length; i++) {
      const entry = Number(list.readBigInt64LE(i * 8));
      if (entry > 0) this.#free.push(entry);
      if (entry >= 0 || i === length) continue;
      const start = Number(list.readBigInt64LE(++i * 8));
      if (-entry > this.#meta.lastPage || start < 0) throw wrong(`has a run of ${-entry} free pages`);
      for (let page = start; start > 0 && page < start - entry; page++) this.#free.push(page);
    }
  }

  #see(page: number): void {
    if (page < 2 || page > this.#meta.lastPage) throw new DamageFound(`page ${page} is outside`);
    if (this.#isSeen(page)) throw new DamageFound(`page ${page} is in use twice`);
    this.#seen[page >> 3] = (this.#seen[page >> 3] ?? 0) | (1 << (page & 7));
  }

  #isSeen(page: number): boolean {
    return ((this.#seen[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }
}

function compare(kind: 'main' | 'free', a: Buffer, b: Buffer): number {
  if (kind === 'main') return Buffer.compare(a, b);
  const [left, right] = [a.readBigUInt64LE(0), b.readBigUInt64LE(0)];
  return left < right ? -1 : left > right ? 1 : 0;
}
