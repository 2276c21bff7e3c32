// CREATE and ALTER EXTERNAL MODEL: what their options may be (3-dialect 1.10).

import { error } from '../common/errors.ts';
import type { Span } from '../common/span.ts';
import type { ModelOptions, StringLiteral } from './ast.ts';
import { Options, oneOf, type RawOption } from './options.ts';

const KNOWN = ['LOCATION', 'API_FORMAT', 'MODEL_TYPE', 'MODEL', 'CREDENTIAL', 'PARAMETERS', 'LOCAL_RUNTIME_PATH'];
const API_FORMATS = ['Azure OpenAI', 'OpenAI', 'Ollama', 'ONNX Runtime'];

/** @throws SqlcError syntax/*-option, syntax/option-* */
export function modelOf(verb: 'CREATE' | 'ALTER', raw: readonly RawOption[], span: Span): ModelOptions {
  const options = new Options(`${verb} EXTERNAL MODEL`, raw, KNOWN, span);
  if (verb === 'CREATE') options.require(['LOCATION', 'API_FORMAT', 'MODEL_TYPE', 'MODEL']);
  const apiFormat = options.string('API_FORMAT');
  if (apiFormat !== undefined) oneOf('API_FORMAT', apiFormat, API_FORMATS, true);
  return {
    location: options.string('LOCATION'),
    apiFormat,
    modelType: options.word('MODEL_TYPE', ['embeddings', 'chat_completions']),
    model: options.string('MODEL'),
    credential: options.name('CREDENTIAL', { allowString: false }),
    parameters: jsonObject(options),
    localRuntimePath: options.string('LOCAL_RUNTIME_PATH'),
  };
}

function jsonObject(options: Options): StringLiteral | undefined {
  const literal = options.string('PARAMETERS');
  if (literal === undefined || isObject(literal.value)) return literal;
  const params = { name: 'PARAMETERS', found: 'something else', expected: 'a JSON object' };
  throw error('syntax/option-value', params, { span: literal.span });
}

function isObject(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}
