// Trains the sentiment model and writes its weights: logistic regression on the 3,000 labelled sentences that ship in
// the npm package `sentiment`. Deterministic: full-batch descent from zero, no randomness, so a rerun gives the same
// bytes. The features come from src/emulator/models, the same code that answers.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, withSource } from './import-source.mjs';

export const sources = ['amazon', 'imdb', 'yelp'];

const notice =
  'Weights made by scripts/train-sentiment.mjs from the "Sentiment Labelled Sentences" data set of the UCI Machine ' +
  'Learning Repository (D. Kotzias, 2015; introduced in Kotzias, Denil, de Freitas and Smyth, "From Group to Individual ' +
  'Labels using Deep Features", KDD 2015), licensed CC BY 4.0, https://doi.org/10.24432/C57604. Changed: reduced to ' +
  'term weights of a logistic regression.';

const output = 'src/emulator/models/sentiment-weights.generated.json';
/** What one unit of a stored weight is worth. */
export const unit = 0.02;
const iterations = 300;
const learningRate = 0.3;
const regularization = 1;
const leastPairs = 2;
const lexiconScale = 3;

/**
 * Whether the sentence at `index` of its source file was kept from the shipped weights: every fifth one. The index
 * counts the rows of the file from 0. Agreement with the labels may be shown on held-out sentences only.
 */
export function isHeldOut(index) {
  return index % 5 === 0;
}

/** The rows of one source: `{ index, text, positive }`, in file order. */
export async function readLabelled(source) {
  const path = join(root, 'node_modules/sentiment/test/fixtures', `${source}.json`);
  const rows = JSON.parse(await readFile(path, 'utf8'));
  // Each file ends with an empty row.
  return rows.map((row, index) => ({ index, text: row.text, positive: row.class === 1 })).filter((row) => row.text);
}

/** The rows the shipped weights learn from; sentences that also stand among the held-out ones are left out. */
export async function trainingRows() {
  const all = (await Promise.all(sources.map(readLabelled))).flat();
  const heldOut = new Set(all.filter((row) => isHeldOut(row.index)).map((row) => row.text));
  return all.filter((row) => !heldOut.has(row.text));
}

/**
 * Weights `{ bias, compound, balance, terms }` on the logit. Each term is scaled by the log ratio of its counts in
 * positive and negative rows (Wang and Manning 2012), which lets rare but clear words count.
 */
export function trainSentiment(rows, featuresOf) {
  const examples = rows.map((row) => ({ ...featuresOf(row.text), label: row.positive ? 1 : 0 }));
  const { terms, scales } = vocabulary(examples);
  const size = terms.length;
  const positions = new Map(terms.map((term, position) => [term, position]));
  const inputs = examples.map((example) => ({
    label: example.label,
    at: Int32Array.from([...example.terms].flatMap((term) => positions.get(term) ?? [])),
    // Dense inputs follow the terms: bias, compound, balance.
    dense: [1, lexiconScale * example.compound, lexiconScale * example.balance],
  }));
  const weights = new Float64Array(size + 3);
  const squares = new Float64Array(size + 3).fill(1e-8);
  const gradient = new Float64Array(size + 3);
  for (let iteration = 0; iteration < iterations; iteration++) {
    gradient.fill(0);
    for (const input of inputs) addGradient(gradient, input, weights, scales);
    for (let j = 0; j < gradient.length; j++) {
      const slope = gradient[j] + (j === size ? 0 : regularization * weights[j]);
      squares[j] += slope * slope;
      weights[j] -= (learningRate * slope) / Math.sqrt(squares[j]);
    }
  }
  return {
    bias: weights[size],
    compound: weights[size + 1] * lexiconScale,
    balance: weights[size + 2] * lexiconScale,
    terms: new Map(terms.map((term, position) => [term, weights[position] * scales[position]])),
  };
}

function addGradient(gradient, { label, at, dense }, weights, scales) {
  const size = scales.length;
  let logit = 0;
  for (const j of at) logit += weights[j] * scales[j];
  for (let d = 0; d < dense.length; d++) logit += weights[size + d] * dense[d];
  const excess = 1 / (1 + Math.exp(-logit)) - label;
  for (const j of at) gradient[j] += excess * scales[j];
  for (let d = 0; d < dense.length; d++) gradient[size + d] += excess * dense[d];
}

function vocabulary(examples) {
  const counts = new Map();
  for (const { terms, label } of examples) {
    for (const term of terms) {
      const count = counts.get(term) ?? [0, 0];
      count[label] += 1;
      counts.set(term, count);
    }
  }
  const kept = [...counts].filter(([term, [n, p]]) => !term.includes(' ') || n + p >= leastPairs);
  return {
    terms: kept.map(([term]) => term),
    scales: Float64Array.from(kept, ([, [n, p]]) => Math.abs(Math.log((p + 1) / (n + 1)))),
  };
}

/** What the repository should hold: repository path to text. */
export async function generate() {
  const rows = await trainingRows();
  return withSource('src/emulator/models/sentiment-training.ts', async (source) => {
    const lexicon = await source.loadLexicon();
    const weights = trainSentiment(rows, (text) => source.sentimentFeatures(text, lexicon));
    return { [output]: `${JSON.stringify(source.storeWeights(weights, notice, unit))}\n` };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [path, text] of Object.entries(await generate())) {
    await writeFile(join(root, path), text);
    console.log(`${path}: ${text.length} characters`);
  }
}
