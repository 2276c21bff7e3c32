// Files on this machine: what a path or a folder holds. Files are read in place; nothing is opened here.

import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { error, type SqlcError } from '../common/errors.ts';
import { throwIfCancelled } from './cancellation.ts';

export interface LocalFile {
  /** Absolute. */
  readonly path: string;
  /** Below the folder that was listed; the name for a single file. */
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly lastModified: Date;
  /** Milliseconds, with the fraction the file system keeps. */
  readonly modifiedMs: number;
}

interface Walk {
  readonly recursive: boolean;
  readonly signal: AbortSignal | undefined;
  readonly files: LocalFile[];
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links go in a circle',
  ENAMETOOLONG: 'its name is too long',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
};

/**
 * The file a path names, or the files of the folder it names (unsorted, hidden ones left out).
 *
 * @throws SqlcError `storage/missing`, `storage/unreadable`; `exec/cancelled`.
 */
export async function listLocal(
  path: string,
  options: { readonly recursive: boolean; readonly signal?: AbortSignal | undefined },
): Promise<LocalFile[]> {
  const found = await statOf(path);
  if (found.isFile()) return [localFile(path, basename(path), found)];
  if (!found.isDirectory()) throw error('storage/unreadable', { location: path, reason: 'it is not a regular file' });
  const walk: Walk = { recursive: options.recursive, signal: options.signal, files: [] };
  await walkFolder(walk, path.replace(/\/$/, ''), '', [identityOf(found)]);
  return walk.files;
}

/** @throws SqlcError `storage/missing`, `storage/unreadable`. */
export async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (failure) {
    throw localError(failure, path);
  }
}

/** The error of a file system call as the user reads it. */
export function localError(failure: unknown, path: string): SqlcError {
  const code = (failure as NodeJS.ErrnoException).code ?? 'no reason given';
  if (code === 'ENOENT' || code === 'ENOTDIR') return error('storage/missing', { location: path });
  return error('storage/unreadable', { location: path, reason: REASONS[code] ?? code });
}

async function walkFolder(walk: Walk, root: string, below: string, above: readonly string[]): Promise<void> {
  for (const entry of await entriesOf(`${root}/${below}`)) {
    throwIfCancelled(walk.signal);
    if (entry.name.startsWith('_') || entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && !walk.recursive) continue;
    const relative = `${below}${entry.name}`;
    const path = `${root}/${relative}`;
    const found = await statOf(path);
    if (found.isFile()) walk.files.push(localFile(path, relative, found));
    if (!found.isDirectory() || !walk.recursive) continue;
    const identity = identityOf(found);
    // A symbolic link to a folder above would be walked for ever.
    if (above.includes(identity)) continue;
    await walkFolder(walk, root, `${relative}/`, [...above, identity]);
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (failure) {
    throw localError(failure, path);
  }
}

function identityOf(found: Stats): string {
  return `${found.dev}:${found.ino}`;
}

function localFile(path: string, relativePath: string, found: Stats): LocalFile {
  return { path, relativePath, sizeBytes: found.size, lastModified: found.mtime, modifiedMs: found.mtimeMs };
}
