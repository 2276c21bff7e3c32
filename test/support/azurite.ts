// A real Azurite (blob service, in memory, a port of its own) in a child process, for tests that need blobs.
// Nothing of it outlives `close`, or the test process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';

export interface Azurite {
  /** `http://127.0.0.1:<port>/<account>`, as CONNECTION_OPTIONS and SQLC_BLOB_ENDPOINT take it. */
  readonly endpoint: string;
  /** `127.0.0.1:<port>`, the authority of a location. */
  readonly host: string;
  readonly account: string;
  /** Base64 of 64 bytes. */
  readonly key: string;
  /** Full access to a container, which need not exist yet. */
  containerClient(name: string): ContainerClient;
  /** Makes the container and puts blobs into it. */
  putBlobs(container: string, blobs: Readonly<Record<string, string | Uint8Array>>): Promise<ContainerClient>;
  close(): Promise<void>;
}

/** Starts Azurite and returns once it answers. */
export async function startAzurite(): Promise<Azurite> {
  const account = 'devstoreaccount1';
  const key = Buffer.alloc(64, 7).toString('base64');
  const main = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');
  const flags = ['--silent', '--skipApiVersionCheck', '--inMemoryPersistence', '--disableTelemetry'];
  const child = spawn(process.execPath, [main, '--blobHost', '127.0.0.1', '--blobPort', '0', ...flags], {
    cwd: tmpdir(),
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const host = await listeningHost(child);
  const endpoint = `http://${host}/${account}`;
  const credential = new StorageSharedKeyCredential(account, key);
  const containerClient = (name: string) => new ContainerClient(`${endpoint}/${name}`, credential);
  return {
    endpoint,
    host,
    account,
    key,
    containerClient,
    putBlobs: async (name, blobs) => {
      const container = containerClient(name);
      await container.createIfNotExists();
      for (const [path, content] of Object.entries(blobs)) {
        const bytes = Buffer.from(content);
        await container.getBlockBlobClient(path).upload(bytes, bytes.length);
      }
      return container;
    },
    close: async () => {
      process.removeListener('exit', killed);
      if (child.exitCode !== null || child.signalCode !== null) return;
      // Azurite ends when its connections do, and pooled ones linger; its data is in memory, so nothing is lost.
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function listeningHost(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const host = /successfully listens on http:\/\/(\S+)/.exec(output)?.[1];
      if (host !== undefined) resolve(host);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`azurite ended before it listened: ${output}`)));
  });
}
