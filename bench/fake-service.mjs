// A sentiment service in a process of its own, so that its work is not counted as the engine's: it answers by a hash,
// after a fixed latency, and counts what it is asked. startFakeService is for the bench, the rest for the process.

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startChildService } from './child-service.mjs';
import { sentimentOf } from './sentiment-of.mjs';

const SELF = fileURLToPath(import.meta.url);
const OPERATION = '/text/analytics/v3.1/sentiment';

/**
 * @param {{ latencyMs?: number, share?: number }} options `share` of the texts that are negative
 * @returns `take` gives what was counted since it was last called
 */
export function startFakeService({ latencyMs = 0, share = 0.5 } = {}) {
  return startChildService(import.meta.url, latencyMs, share);
}

function serve(latencyMs, share) {
  let counts = { requests: 0, documents: 0 };
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (!request.url.startsWith(OPERATION)) return response.writeHead(404).end();
    const { documents } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    counts.requests++;
    counts.documents += documents.length;
    if (latencyMs > 0) await sleep(latencyMs);
    const body = JSON.stringify({
      documents: documents.map(({ id, text }) => answerOf(id, text, share)),
      errors: [],
      modelVersion: 'bench',
    });
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => {
    process.send(counts);
    counts = { requests: 0, documents: 0 };
  });
  process.on('disconnect', () => process.exit(0));
}

function answerOf(id, text, share) {
  const sentiment = sentimentOf(text, share);
  const confidenceScores =
    sentiment === 'negative'
      ? { positive: 0.02, neutral: 0.08, negative: 0.9 }
      : { positive: 0.9, neutral: 0.08, negative: 0.02 };
  const sentence = { sentiment, confidenceScores, offset: 0, length: text.length, text, targets: [], assessments: [] };
  return { id, sentiment, confidenceScores, sentences: [sentence], warnings: [] };
}

if (process.argv[1] === SELF && process.argv[2] === 'serve') serve(Number(process.argv[3]), Number(process.argv[4]));
