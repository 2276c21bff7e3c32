// Holds messages against the services' own OpenAPI documents, closed: a field the document does not name is an error.
// The documents stand beside the repository; where they are absent, `openApi` says so and its callers skip.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js';

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
type JsonRecord = { [field: string]: Json };

const SHARED = new URL('../../../shared/', import.meta.url);

/** Why the tests that need the shared documents do not run, or undefined when they can. */
export const sharedMissing: string | undefined = existsSync(SHARED) ? undefined : 'skipped: ../shared is absent';

/** The text of a file under ../shared. */
export function readShared(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, SHARED)), 'utf8');
}

export interface OpenApi {
  /** Problems of a request body, as lines; none when it conforms. */
  requestProblems(operation: string, body: unknown): string[];
  /** Problems of query parameters: undeclared names, words outside an enum. */
  queryProblems(operation: string, query: URLSearchParams): string[];
  /** Problems of a response; a status the document does not list is checked against `default`. */
  responseProblems(operation: string, status: number, body: unknown): string[];
}

/**
 * Loads a Swagger 2.0 document.
 *
 * @param name below ../shared/azure-openapi: `text-analytics/v3.1`. Operations are named `POST /sentiment`.
 */
export function openApi(name: string): OpenApi {
  const document = recordOf(JSON.parse(readShared(`azure-openapi/${name}.json`)));
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'api', definitions: closedDefinitions(recordOf(document.definitions)) });
  const parameters = recordOf(document.parameters ?? {});
  const compiled = new Map<string, ValidateFunction>();

  const operationOf = (operation: string): JsonRecord => {
    const [method = '', path = ''] = operation.split(' ');
    return recordOf(recordOf(recordOf(document.paths)[path])[method.toLowerCase()]);
  };
  const parametersOf = (operation: string): JsonRecord[] =>
    listOf(operationOf(operation).parameters).map((each) => {
      const parameter = recordOf(each);
      return typeof parameter.$ref === 'string'
        ? recordOf(parameters[parameter.$ref.replace('#/parameters/', '')])
        : parameter;
    });
  const problems = (schema: Json, value: unknown): string[] => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(recordOf(closed(schema, false)));
    compiled.set(key, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      `${instancePath} ${message} ${JSON.stringify(params)}`.trim(),
    );
  };

  return {
    requestProblems(operation, body) {
      const parameter = parametersOf(operation).find((each) => each.in === 'body');
      return parameter === undefined ? ['the operation takes no body'] : problems(parameter.schema ?? {}, body);
    },
    queryProblems(operation, query) {
      const declared = new Map(
        parametersOf(operation)
          .filter((each) => each.in === 'query')
          .map((each) => [each.name, each]),
      );
      return [...query].flatMap(([name, value]) => {
        const parameter = declared.get(name);
        if (parameter === undefined) return [`${name} is not declared`];
        const words = parameter.type === 'boolean' ? ['true', 'false'] : parameter.enum;
        return words === undefined || listOf(words).includes(value) ? [] : [`${name} is ${value}`];
      });
    },
    responseProblems(operation, status, body) {
      const responses = recordOf(operationOf(operation).responses);
      const response = recordOf(responses[String(status)] ?? responses.default ?? {});
      return problems(response.schema ?? {}, body);
    },
  };
}

/** Definitions that others extend by `allOf` stay open; all other objects refuse fields they do not name. */
function closedDefinitions(definitions: JsonRecord): JsonRecord {
  const bases = basesOf(definitions);
  return Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, closed(schema, bases.has(`#/definitions/${name}`))]),
  );
}

function basesOf(value: Json, bases = new Set<Json | undefined>()): ReadonlySet<Json | undefined> {
  if (typeof value !== 'object' || value === null) return bases;
  if (!Array.isArray(value) && Array.isArray(value.allOf)) {
    for (const part of value.allOf) bases.add(recordOf(part).$ref);
  }
  for (const child of Object.values(value)) basesOf(child, bases);
  return bases;
}

function closed(schema: Json | undefined, isBase: boolean): Json {
  if (Array.isArray(schema)) return schema.map((each) => closed(each, false));
  if (typeof schema !== 'object' || schema === null) return schema ?? {};
  const found: JsonRecord = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$ref' && typeof value === 'string') found.$ref = `api${value}`;
    else if (keyword === 'properties') {
      found.properties = Object.fromEntries(Object.entries(recordOf(value)).map(([n, s]) => [n, closed(s, false)]));
    } else if (!keyword.startsWith('x-') && keyword !== 'example' && keyword !== 'discriminator') {
      found[keyword] = typeof value === 'object' ? closed(value, keyword === 'allOf') : value;
    }
  }
  const isObject = found.properties !== undefined && found.additionalProperties === undefined;
  if (isObject && !isBase) found.unevaluatedProperties = false;
  return schema['x-nullable'] === true ? { anyOf: [found, { type: 'null' }] } : found;
}

function recordOf(value: unknown): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object');
  return value as JsonRecord; // what JSON.parse gave, and no array
}

function listOf(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new Error('expected an array');
  return value;
}
