// A service in a process of its own that answers several questions about an image in one request, by a hash, and counts
// what it is asked. startFeatureService and answerOf are for the bench, the rest for the process.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startChildService } from './child-service.mjs';

const SELF = fileURLToPath(import.meta.url);

/** What the service says of a feature of an image: a number evenly 0..1 for `ADULT`, else a text. */
export function answerOf(feature, image) {
  const hash = createHash('sha1').update(`${feature} ${image}`).digest();
  return feature === 'ADULT' ? hash.readUInt16LE(0) / 65_536 : `${feature.toLowerCase()} ${hash.toString('hex', 0, 4)}`;
}

/** @returns `take` gives what was counted since it was last called: requests, and inputs by feature together */
export async function startFeatureService() {
  const service = await startChildService(import.meta.url);
  return {
    ...service,
    /** One request. */
    async ask(features, images) {
      const response = await fetch(service.url, { method: 'POST', body: JSON.stringify({ features, images }) });
      return response.json();
    },
  };
}

function serve() {
  let counts = { requests: 0, answers: 0 };
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { features, images } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    counts.requests++;
    counts.answers += features.length * images.length;
    const answers = images.map((image) => Object.fromEntries(features.map((f) => [f, answerOf(f, image)])));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => {
    process.send(counts);
    counts = { requests: 0, answers: 0 };
  });
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[1] === SELF && process.argv[2] === 'serve') serve();
