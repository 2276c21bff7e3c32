// Statements that were right once: pieces of known ones lost, doubled, swapped, or taken from one another.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBlocks } from '../datadriven.ts';
import { readSlt } from '../slt-file.ts';

type Random = (below: number) => number;

const PIECES = /'(?:[^']|'')*'?|--[^\n]*|\/\*[\s\S]*?\*\/|\[[^\]\n]*\]|[\p{L}\p{N}_@#$.]+|\s+|[\s\S]/gu;
const SPLICED = [
  ...['(', ')', ',', ';', "'", '"', '[', ']', '{', '}', '::', '/*', '*/', '--', '\\\n', '\0', '\uD800', '\u{1F600}'],
  ...[
    'NULL',
    'SELECT',
    'FROM',
    'GO\n',
    'END',
    'CASE',
    'OVER (',
    'AS',
    'WITH',
    'NOT',
    '-',
    '1e400',
    '0x',
    '$',
    '@',
    '@@',
  ],
];

/** Statements of the goldens and of the slt files below a folder of tests, and of a corpus where there is one. */
export function knownStatements(tests: string, corpus: string): string[] {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).sort();
  const ours = files.flatMap((file) => {
    if (file.endsWith('.slt'))
      return readSlt(join(tests, file)).records.flatMap((record) => ('sql' in record ? [record.sql] : []));
    if (!file.startsWith('golden') || !file.endsWith('.test')) return [];
    return readBlocks(readFileSync(join(tests, file), 'utf8'), file).blocks.map((block) => block.input);
  });
  if (!existsSync(corpus)) return ours;
  const lines = ['accept.jsonl', 'reject.jsonl'].flatMap((name) =>
    readFileSync(join(corpus, name), 'utf8').trim().split('\n'),
  );
  return [...ours, ...lines.map((line): string => JSON.parse(line).sql)];
}

/** @param known as `knownStatements` gives them */
export function mutated(known: readonly string[], random: Random): string {
  const one = () => known[random(known.length)] ?? '';
  const pieces = one().match(PIECES) ?? [];
  for (let left = 1 + random(2); left > 0; left--) {
    const at = random(pieces.length + 1);
    const count = 1 + random(3);
    switch (random(7)) {
      case 0:
        pieces.splice(at, count);
        break;
      case 1:
        pieces.splice(at, 0, ...pieces.slice(at, at + count));
        break;
      case 2:
        pieces.splice(at, 0, ...pieces.splice(random(pieces.length + 1), count));
        break;
      case 3: {
        const other = one().match(PIECES) ?? [];
        const from = random(other.length + 1);
        pieces.splice(at, random(3), ...other.slice(from, from + 1 + random(12)));
        break;
      }
      case 4:
        pieces.splice(at, 0, SPLICED[random(SPLICED.length)] ?? '');
        break;
      case 5:
        pieces[at] = (pieces[at] ?? '').slice(0, random(8));
        break;
      default:
        if (random(4) === 0) pieces.length = Math.min(at, pieces.length);
    }
  }
  return pieces.join('');
}
