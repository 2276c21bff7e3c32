// A process of its own that fetches one blob through a shared file cache and prints what it cost.
// Waits for a line on standard input before it starts, so that several start together.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { StorageCredential } from '../../src/storage/credential.ts';
import { parseLocation } from '../../src/storage/location.ts';
import { newStorageStats, Storage } from '../../src/storage/storage.ts';

const [cacheDir = '', location = '', key = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const storage = new Storage({ cacheDir, partBytes: 100_000 });
const stats = newStorageStats();
const credential = StorageCredential.accountKey(key);
const files = await storage.list(parseLocation(location), { credential });
const paths = await storage.fetchAll(files, { stats });
const hashes = await Promise.all(
  paths.map(async (path) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  ),
);
await storage.close();
process.stdout.write(`${JSON.stringify({ hashes, stats })}\n`);
process.exit();
