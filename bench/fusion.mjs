// Four functions of an image, and a fifth in WHERE and ORDER BY, of a service that answers all in one request, paid by
// what is asked, by the request, and by both: what is bought, beside asking apart and beside one request per mention.
// Registered functions of one group over HTTP stand for a vision service; what the service counts is the referee.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerHash } from './answer-hash.mjs';
import { numbers } from './digits.mjs';
import { answerOf, startFeatureService } from './feature-service.mjs';

const SELECTED = ['TAGS', 'CAPTION', 'OBJECTS', 'BRANDS'];
const FUNCTIONS = Object.fromEntries([...SELECTED.map((name) => [name, 'nvarchar']), ['ADULT', 'float']]);
/** Dollars for 1,000. */
const SHEETS = [
  { paid: 'by feature', calls: 0, rows: 1 },
  { paid: 'by request', calls: 1, rows: 0 },
  { paid: 'by both', calls: 2, rows: 1 },
];
/** Of the images, by the filter; none: nothing is filtered. */
const SHARES = [undefined, 0.1, 0.5, 0.9];
/** Of the rows, for one request per mention. */
const SAMPLE = 20;

export async function bench({ short }) {
  const size = short ? { rows: 2_000, distinct: 200 } : { rows: 20_000, distinct: 2_000 };
  const service = await startFeatureService();
  const folder = mkdtempSync(join(tmpdir(), 'sqlc-bench-'));
  try {
    return await measured(service, folder, size);
  } finally {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(service, folder, { rows: rowCount, distinct }) {
  const rows = [];
  const targets = [];
  for (const share of SHARES) {
    const images = Array.from({ length: distinct }, (_, i) => `image ${i}`);
    const kept = images.filter((image) => share === undefined || answerOf('ADULT', image) < share).length;
    const naive = await perMention(service, rowCount, distinct, share);
    for (const sheet of SHEETS) {
      const price = ({ requests, answers }) => (requests * sheet.calls + answers * sheet.rows) / 1000;
      const fused = price({ requests: distinct, answers: distinct * 5 });
      const staged = price({ requests: distinct + kept, answers: distinct + kept * 4 });
      const bound = share === undefined ? fused : Math.min(fused, staged);
      const what = `${share === undefined ? 'not filtered' : `keeping ${share}`}, paid ${sheet.paid}`;
      const report = (by, { counts, hash }, scale = 1) => {
        const bought = { requests: counts.requests * scale, answers: counts.answers * scale };
        rows.push([what, by, bought.requests, bought.answers, price(bought), price(bought) / bound, hash]);
        return bought;
      };
      const cacheDir = join(folder, what.replaceAll(/\W/g, '-'));
      const options = { service, sheet, share, rowCount, distinct, cacheDir };
      const first = await sqlc(options);
      const known = await sqlc(options);
      const apart = await sqlc({ ...options, disabledRules: ['fuse'] });
      report('sqlc, for the first time', first);
      const bought = report('sqlc', known);
      report('sqlc without fuse', apart);
      report(`one request per mention (1/${SAMPLE} of the rows, scaled)`, naive, SAMPLE);
      const hashes = new Set([first.hash, known.hash, apart.hash]);
      if (hashes.size > 1 || known.sampleHash !== naive.hash) throw new Error(`the answers differ: ${what}`);
      targets.push({ what: `price of the cheaper, ${what}`, found: price(bought) / bound, atMost: 1.005 });
      if (share === undefined)
        targets.push({ what: `requests of distinct images, ${what}`, found: bought.requests / distinct, atMost: 1 });
    }
  }
  return {
    columns: ['query', 'by', 'requests', 'answers', 'dollars', 'of bound', 'answer'],
    rows,
    notes: [
      `${rowCount} rows, ${distinct} distinct images, one a request; bound: the price of asking for all five at once, or where something is`,
      'filtered for one and then, of what is kept, for four: whichever is less. By both: 2 dollars for 1,000 requests, 1 for 1,000 answers.',
      'For the first time nothing is known of the filter: a sample is asked first. The hash of one request per mention is of its rows alone.',
    ],
    targets,
  };
}

async function sqlc({ service, sheet, share, rowCount, distinct, cacheDir, disabledRules = [] }) {
  const { Engine } = await import('../dist/index.js');
  const engine = await Engine.open({ env: {}, settings: { cache_dir: cacheDir, cache: 'OFF' }, disabledRules });
  engine.registerFunction({
    name: 'LOOK',
    params: ['nvarchar'],
    returns: FUNCTIONS,
    batchSize: 1,
    pricePer1000: {
      calls: sheet.calls,
      rows: Object.fromEntries(Object.keys(FUNCTIONS).map((name) => [name, sheet.rows])),
    },
    call: (inputs, { functions }) =>
      service.ask(
        functions,
        inputs.map(([image]) => image),
      ),
  });
  await engine.execute(`CREATE TABLE images AS SELECT id, CONCAT('image ', id % ${distinct}) AS image
    FROM ${numbers(String(rowCount - 1).length)} WHERE id < ${rowCount}`);
  await service.take();
  const result = await engine.query(queryOf(share));
  const answer = (await result.toArray()).map((row) => Object.values(row));
  const counts = await service.take();
  const { operations } = result.stats;
  const told = operations.reduce((sum, o) => sum + o.requests, 0);
  if (told !== counts.requests) throw new Error(`the report says ${told} requests, the service ${counts.requests}`);
  await engine.close();
  const sample = answer.filter(([id]) => Number(id) < rowCount / SAMPLE);
  return { counts, hash: answerHash(answer), sampleHash: answerHash(sample) };
}

function queryOf(share) {
  const list = SELECTED.map((name) => `${name}(image) AS ${name.toLowerCase()}`).join(', ');
  const where = share === undefined ? '' : ` WHERE ADULT(image) < ${share}`;
  return `SELECT id, ${list} FROM images${where} ORDER BY ADULT(image), id`;
}

/** As the text says, row by row: every mention is a request. */
async function perMention(service, rowCount, distinct, share) {
  await service.take();
  const answer = [];
  const one = async (feature, image) => (await service.ask([feature], [image]))[0][feature];
  for (let id = 0; id < rowCount / SAMPLE; id++) {
    const image = `image ${id % distinct}`;
    if (share !== undefined && (await one('ADULT', image)) >= share) continue;
    const values = await Promise.all(SELECTED.map((feature) => one(feature, image)));
    await one('ADULT', image);
    answer.push([id, ...values]);
  }
  return { counts: await service.take(), hash: answerHash(answer) };
}
