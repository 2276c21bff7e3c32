// A sentiment service that costs less than a client of it: one process, a socket's bytes in and out, answers by a hash
// of the text. node:http costs as much as the client does, and then it is the service that is measured. It understands
// the requests of one HTTP client and nothing else.

import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startChildService } from './child-service.mjs';
import { sentimentOf } from './sentiment-of.mjs';

const SELF = fileURLToPath(import.meta.url);
const NEGATIVE_SHARE = 0.5;

export function startNullService() {
  return startChildService(import.meta.url);
}

function serve() {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      const request = bytes.latin1Slice(0, bytes.length);
      const head = request.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: *(\d+)/i.exec(request)?.[1]);
      rest = head < 4 || bytes.length < head + length ? bytes : undefined;
      if (rest === undefined) socket.write(answerTo(bytes.utf8Slice(head, head + length)), 'latin1');
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('disconnect', () => process.exit(0));
}

const SCORES = {
  negative: '"confidenceScores":{"positive":0.02,"neutral":0.08,"negative":0.9}',
  positive: '"confidenceScores":{"positive":0.9,"neutral":0.08,"negative":0.02}',
};

/** As latin1: the texts of the bench are ASCII. */
function answerTo(body) {
  const documents = JSON.parse(body).documents.map(({ id, text }) => {
    const sentiment = sentimentOf(text, NEGATIVE_SHARE);
    const said = `"sentiment":"${sentiment}",${SCORES[sentiment]}`;
    const sentence = `{${said},"offset":0,"length":${text.length},"text":"${text}","targets":[],"assessments":[]}`;
    return `{"id":"${id}",${said},"sentences":[${sentence}],"warnings":[]}`;
  });
  const answer = `{"documents":[${documents.join(',')}],"errors":[],"modelVersion":"bench"}`;
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`;
}

if (process.argv[1] === SELF && process.argv[2] === 'serve') serve();
