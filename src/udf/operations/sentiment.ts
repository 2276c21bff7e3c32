// Sentiment of a text with its sentences and opinions, Text Analytics v3.1. Offsets come in UTF-16 units, because that
// is what we can slice; answers count code points. Opinions link to their assessments by JSON pointers into the answer.

import { FLOAT, INT, list, NVARCHAR_MAX, struct } from '../../arrow/sql-type.ts';
import {
  arrayAt,
  countAt,
  isObject,
  type JsonObject,
  numberAt,
  objectAt,
  objectOf,
  optionalArrayAt,
  textAt,
  wordAt,
} from '../answer-json.ts';
import { codePointsBefore } from '../code-points.ts';
import { longTexts } from '../cut-text.ts';
import type { AnsweredPiece, AnswerValue, WireOperation } from '../operation.ts';
import {
  DOCUMENT_ELEMENTS,
  type DocumentPlace,
  decodeDocuments,
  encodeDocuments,
  textLimits,
  textRecords,
} from '../text-documents.ts';

const SENTENCE = struct({
  text: NVARCHAR_MAX,
  sentiment: NVARCHAR_MAX,
  positive: FLOAT,
  neutral: FLOAT,
  negative: FLOAT,
  offset: INT,
  length: INT,
});

const OPINION = struct({
  target: NVARCHAR_MAX,
  sentiment: NVARCHAR_MAX,
  assessments: list(struct({ text: NVARCHAR_MAX, sentiment: NVARCHAR_MAX })),
});

export const sentiment: WireOperation = {
  id: 'language/sentiment',
  service: 'language',
  inputs: [
    { name: 'text', type: NVARCHAR_MAX, optional: false },
    { name: 'language', type: NVARCHAR_MAX, optional: true },
  ],
  answer: struct({
    sentiment: NVARCHAR_MAX,
    positive: FLOAT,
    neutral: FLOAT,
    negative: FLOAT,
    sentences: list(SENTENCE),
    opinions: list(OPINION),
  }),
  limits: textLimits(10),
  billedUnits: textRecords,
  long: longTexts(DOCUMENT_ELEMENTS, merged),
  encode: (inputs, settings) =>
    encodeDocuments(
      '/text/analytics/v3.1/sentiment?opinionMining=true&stringIndexType=Utf16CodeUnit',
      inputs,
      settings,
    ),
  decode: (response, inputs) => decodeDocuments(response, inputs, sentimentOf),
};

const LABELS = ['positive', 'neutral', 'negative', 'mixed'];

type Scores = { readonly positive: number; readonly neutral: number; readonly negative: number };

type Sentence = Scores & {
  readonly text: string;
  readonly sentiment: string;
  /** Code points. */
  readonly offset: number;
  readonly length: number;
};

type Sentiment = Scores & {
  readonly sentiment: string;
  readonly sentences: readonly Sentence[];
  readonly opinions: readonly AnswerValue[];
};

function sentimentOf(document: JsonObject, place: DocumentPlace): Sentiment {
  const { name } = place;
  const sentences = arrayAt(document, 'sentences', name).map((each) => objectOf(each, `a sentence of ${name}`));
  const codePoints = codePointsBefore(place.text);
  return {
    sentiment: wordAt(document, 'sentiment', LABELS, name),
    ...scoresOf(document, name),
    sentences: sentences.map((sentence) => sentenceOf(sentence, codePoints, `a sentence of ${name}`)),
    opinions: opinionsOf(sentences, place),
  };
}

function scoresOf(from: JsonObject, where: string): Scores {
  const scores = objectAt(from, 'confidenceScores', where);
  return {
    positive: numberAt(scores, 'positive', where),
    neutral: numberAt(scores, 'neutral', where),
    negative: numberAt(scores, 'negative', where),
  };
}

function sentenceOf(sentence: JsonObject, codePoints: (offset: number) => number, where: string): Sentence {
  const from = countAt(sentence, 'offset', where);
  const offset = codePoints(from);
  return {
    text: textAt(sentence, 'text', where),
    sentiment: wordAt(sentence, 'sentiment', LABELS, where),
    ...scoresOf(sentence, where),
    offset,
    length: codePoints(from + countAt(sentence, 'length', where)) - offset,
  };
}

function opinionsOf(sentences: readonly JsonObject[], place: DocumentPlace): readonly AnswerValue[] {
  const where = `a target of ${place.name}`;
  return sentences
    .flatMap((sentence) => optionalArrayAt(sentence, 'targets', place.name))
    .map((element) => {
      const target = objectOf(element, where);
      return {
        target: textAt(target, 'text', where),
        sentiment: wordAt(target, 'sentiment', LABELS, where),
        assessments: optionalArrayAt(target, 'relations', where)
          .map((relation) => assessmentAt(relation, sentences, place.position))
          .filter((assessment) => assessment !== undefined)
          .map((assessment) => ({
            text: textAt(assessment, 'text', where),
            sentiment: wordAt(assessment, 'sentiment', LABELS, where),
          })),
      };
    });
}

/** Services have sent pointers that lead nowhere or into a neighbour; those count as absent. */
function assessmentAt(relation: unknown, sentences: readonly JsonObject[], position: number): JsonObject | undefined {
  if (!isObject(relation) || typeof relation.ref !== 'string') return undefined;
  const found = /\/documents\/(\d+)\/sentences\/(\d+)\/assessments\/(\d+)$/.exec(relation.ref);
  if (found === null || Number(found[1]) !== position) return undefined;
  const assessments = sentences[Number(found[2])]?.assessments;
  const assessment: unknown = Array.isArray(assessments) ? assessments[Number(found[3])] : undefined;
  return isObject(assessment) ? assessment : undefined;
}

/** Scores are means weighted by length, in the two decimals of the service. */
function merged(pieces: readonly AnsweredPiece<Sentiment>[]): Sentiment {
  const whole = pieces.reduce((sum, { length }) => sum + length, 0);
  const mean = (score: keyof Scores) => {
    const sum = pieces.reduce((total, { length, value }) => total + length * value[score], 0);
    return Math.round((100 * sum) / whole) / 100;
  };
  return {
    sentiment: labelOf(pieces.map(({ value }) => value.sentiment)),
    positive: mean('positive'),
    neutral: mean('neutral'),
    negative: mean('negative'),
    sentences: pieces.flatMap(({ offset, value }) =>
      value.sentences.map((sentence) => ({ ...sentence, offset: sentence.offset + offset })),
    ),
    opinions: pieces.flatMap(({ value }) => value.opinions),
  };
}

/**
 * The service's rule for a document from its sentences, which holds for its pieces alike: positive with negative is
 * mixed, neutral counts only alone (learn.microsoft.com, "Sentiment analysis and opinion mining").
 */
function labelOf(labels: readonly string[]): string {
  const positive = labels.includes('positive');
  const negative = labels.includes('negative');
  if (labels.includes('mixed') || (positive && negative)) return 'mixed';
  if (positive) return 'positive';
  return negative ? 'negative' : 'neutral';
}
