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
import type { AnswerValue, WireOperation } from '../operation.ts';
import { type DocumentPlace, decodeDocuments, encodeDocuments, textLimits, textRecords } from '../text-documents.ts';

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
  encode: (inputs, settings) =>
    encodeDocuments(
      '/text/analytics/v3.1/sentiment?opinionMining=true&stringIndexType=Utf16CodeUnit',
      inputs,
      settings,
    ),
  decode: (response, inputs) => decodeDocuments(response, inputs, sentimentOf),
};

const LABELS = ['positive', 'neutral', 'negative', 'mixed'];

function sentimentOf(document: JsonObject, place: DocumentPlace): AnswerValue {
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

function scoresOf(from: JsonObject, where: string): { positive: number; neutral: number; negative: number } {
  const scores = objectAt(from, 'confidenceScores', where);
  return {
    positive: numberAt(scores, 'positive', where),
    neutral: numberAt(scores, 'neutral', where),
    negative: numberAt(scores, 'negative', where),
  };
}

function sentenceOf(sentence: JsonObject, codePoints: (offset: number) => number, where: string): AnswerValue {
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
