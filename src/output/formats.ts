// The formats a result can be printed in, by the name `--format` takes.

import { csv } from './csv.ts';
import type { OutputFormat } from './format.ts';
import { json } from './json.ts';
import { ndjson } from './ndjson.ts';
import { table } from './table.ts';

export const formats: readonly OutputFormat[] = [table, csv, json, ndjson];

export function formatNamed(name: string): OutputFormat | undefined {
  return formats.find((format) => format.name === name.toLowerCase());
}
