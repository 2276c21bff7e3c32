// T-SQL's scalar functions that are modelled, by name. How DuckDB spells them is the dialect's matter.

import { BIT_FUNCTIONS } from './functions/bits.ts';
import { CATALOG_FUNCTIONS } from './functions/catalog.ts';
import { CONDITIONAL_FUNCTIONS } from './functions/conditional.ts';
import { DATE_FUNCTIONS } from './functions/dates.ts';
import { ENCODING_FUNCTIONS } from './functions/encoding.ts';
import { FORMAT_FUNCTIONS } from './functions/format.ts';
import { JSON_FUNCTIONS } from './functions/json.ts';
import { NUMERIC_FUNCTIONS } from './functions/numeric.ts';
import { REGEXP_FUNCTIONS } from './functions/regexp.ts';
import { type ScalarFunction, shapeOf } from './functions/scalar-function.ts';
import { SYSTEM_FUNCTIONS } from './functions/system.ts';
import { TEXT_FUNCTIONS } from './functions/text.ts';
import { VECTOR_FUNCTIONS } from './functions/vectors.ts';

export const SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map(
  [
    ...TEXT_FUNCTIONS,
    ...REGEXP_FUNCTIONS,
    ...NUMERIC_FUNCTIONS,
    ...BIT_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...CONDITIONAL_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...FORMAT_FUNCTIONS,
    ...SYSTEM_FUNCTIONS,
    ...VECTOR_FUNCTIONS,
    ...CATALOG_FUNCTIONS,
  ].map((fn) => [shapeOf(fn).name, fn]),
);
