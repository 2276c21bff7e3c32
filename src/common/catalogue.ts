// The error catalogue: every message a user can meet, with its T-SQL number where one exists.
// Primary line: lower case, no period. A hint is an action. Nothing here holds a secret.

interface Entry {
  /** T-SQL error number, since people search for it. */
  readonly number?: number;
  /** Template; `{name}` is replaced by the parameter of that name. */
  readonly message: string;
  readonly hint?: string;
}

export const catalogue = {
  // --- parser
  'syntax/unexpected-token': { number: 102, message: 'syntax error at {found}: expected {expected}' },
  'syntax/unexpected-keyword': { number: 156, message: 'syntax error at keyword {found}: expected {expected}' },
  'syntax/unexpected-end': { number: 102, message: 'the statement ends too early: expected {expected}' },
  'syntax/unexpected-character': { number: 102, message: 'character {found} has no meaning here' },
  'syntax/unclosed-string': {
    number: 105,
    message: 'string is never closed',
    hint: "Add the closing quote; a quote inside a string is written twice ('').",
  },
  'syntax/unclosed-comment': { number: 113, message: 'comment is never closed', hint: 'Add */; comments nest.' },
  'syntax/unclosed-identifier': { number: 105, message: 'quoted identifier is never closed' },
  'syntax/too-deep': {
    number: 191,
    message: 'expression is nested deeper than {limit} levels',
    hint: 'Name intermediate results in a WITH clause or a temporary table.',
  },
  'syntax/unknown-option': { number: 155, message: '"{name}" is not an option of {statement}' },
  'syntax/repeated-option': { number: 46049, message: 'option "{name}" is given twice' },
  'syntax/missing-option': { number: 46505, message: '{statement} needs option "{name}"' },
  'syntax/option-value': { number: 46508, message: 'option "{name}" is {found}, expected {expected}' },
  'syntax/option-combination': { number: 46506, message: 'option "{name}" does not go with {other}' },
  'syntax/option-range': { number: 46504, message: 'option "{name}" is {found}, expected {expected}' },
  'syntax/first-row': { number: 46529, message: 'FIRST_ROW is {found}, expected a whole number from 1 to {last}' },
  'syntax/name': { message: 'name "{name}" {reason}' },
  'syntax/clause-combination': { number: 10741, message: '{first} cannot be combined with {second}' },
  'syntax/sample-source': {
    number: 475,
    message: 'only a table can be sampled, not {what}',
    hint: 'Put its rows into a table, or write TABLESAMPLE behind a table that it reads.',
  },
  'syntax/variable-and-data': {
    number: 141,
    message: 'a SELECT that assigns a variable cannot return data as well',
    hint: 'Assign in a SELECT or SET of its own.',
  },
  'syntax/empty-script': { message: 'there is no statement to run' },
  'syntax/one-statement': {
    message: 'expected exactly one statement, found {count}',
    hint: 'Use execute() or `sqlc run` for a script.',
  },

  // --- binder
  'bind/unknown-table': { number: 208, message: 'table "{name}" does not exist' },
  'bind/broken-view': {
    number: 4413,
    message: 'view "{name}" cannot be read: {reason}',
    hint: 'ALTER VIEW {name}, or make what it reads again.',
  },
  'bind/unknown-column': { number: 207, message: 'column "{name}" does not exist{where}' },
  'bind/ambiguous-column': {
    number: 209,
    message: 'column "{name}" is ambiguous: it exists in {relations}',
    hint: 'Write the table name or alias before it.',
  },
  'bind/unknown-alias': { number: 4104, message: 'there is no table or alias "{name}" in this FROM clause' },
  'bind/duplicate-alias': { number: 1011, message: 'name "{name}" is used twice in this FROM clause' },
  'bind/duplicate-column': { number: 8156, message: 'column "{name}" is named twice in "{relation}"' },
  'bind/unknown-function': { number: 195, message: 'function "{name}" does not exist' },
  'bind/function-not-supported': { message: 'function "{name}" is not supported yet' },
  'bind/argument-count': { number: 174, message: '"{name}" takes {expected}, found {found}' },
  'bind/argument-type': { number: 8116, message: 'argument {index} of "{name}" is {found}, expected {expected}' },
  'bind/vector-dimensions': { number: 42204, message: '"{name}" of vectors of {left} and {right} dimensions' },
  'bind/type-clash': { number: 206, message: '{left} and {right} do not go together in {operation}' },
  'bind/unknown-collation': {
    number: 448,
    message: 'collation "{name}" does not exist',
    hint: 'Ours are BIN2_UTF8, CI_AS, CI_AI and CS_AI; the names of T-SQL, such as Latin1_General_100_CI_AS, mean one of them.',
  },
  'bind/collation-type': { number: 447, message: 'only text has a collation, found {found}' },
  'bind/collation-conflict': {
    number: 468,
    message: 'texts of the collations {left} and {right} meet',
    hint: 'Say which one holds with COLLATE.',
  },
  'bind/operand-type': { number: 8117, message: '{found} cannot be used with {operation}' },
  'bind/not-boolean': { number: 4145, message: 'a condition is expected here, found {found}' },
  'bind/cast': { number: 529, message: '{from} cannot be converted to {to}' },
  'bind/unknown-type': { number: 2715, message: 'type "{name}" does not exist' },
  'bind/type-not-supported': { number: 46518, message: 'type "{name}" is not supported {where}' },
  'bind/type-parameter': { number: 1001, message: 'type "{name}" takes {expected}, found {found}' },
  'bind/not-grouped': {
    number: 8120,
    message: 'column "{name}" is neither grouped nor inside an aggregate',
    hint: 'Add it to GROUP BY, or wrap it in an aggregate such as MIN().',
  },
  'bind/group-by-constant': { number: 164, message: 'a GROUP BY expression must read a column' },
  'bind/grouping-sets': { number: 10703, message: 'GROUP BY makes {found} grouping sets, at most {limit} are allowed' },
  'bind/grouping-argument': { number: 8161, message: 'argument of "{name}" is no expression of GROUP BY' },
  'bind/pivot-aggregate': { message: '"{name}" is no aggregate of one column, as PIVOT needs' },
  'bind/unpivot-type': {
    number: 8167,
    message: 'column "{name}" of UNPIVOT is {found}, the first is {expected}',
    hint: 'Convert them to one type in a derived table.',
  },
  'bind/json-path': { number: 13607, message: 'JSON path "{found}" is not of the form $.key[0]' },
  'bind/as-json': { number: 13618, message: 'AS JSON needs type nvarchar(max), found {found}' },
  'bind/json-name': {
    number: 13605,
    message: 'an expression without a name cannot be a JSON member',
    hint: 'Give it one with AS.',
  },
  'bind/json-conflict': { number: 13601, message: 'JSON member "{name}" is made twice' },
  'bind/misplaced-aggregate': { number: 147, message: 'aggregate "{name}" is not allowed in {clause}' },
  'bind/nested-aggregate': { number: 130, message: 'aggregate "{name}" stands inside another aggregate' },
  'bind/misplaced-window': { number: 4108, message: 'window function "{name}" is not allowed in {clause}' },
  'bind/window-order': { number: 4112, message: '"{name}" needs ORDER BY in its OVER clause' },
  'bind/named-window': { number: 5362, message: 'window "{name}" {reason}' },
  'bind/window-distinct': { number: 10759, message: 'DISTINCT is not allowed in an aggregate with OVER' },
  'bind/within-group': { number: 10754, message: '"{name}" needs WITHIN GROUP (ORDER BY …) with one expression' },
  'bind/frame-place': { number: 10752, message: '"{name}" takes no window frame' },
  'bind/frame-order': { number: 10756, message: 'a window frame needs ORDER BY in its OVER clause' },
  'bind/frame-range': {
    number: 4194,
    message: 'RANGE takes UNBOUNDED and CURRENT ROW only',
    hint: 'Count rows with ROWS instead.',
  },
  'bind/frame-bounds': { number: 4193, message: 'a window frame ends before it starts' },
  'bind/not-window': { number: 4113, message: '"{name}" is not a window function' },
  'bind/needs-over': { number: 10753, message: '"{name}" needs an OVER clause' },
  'bind/order-by-position': {
    number: 108,
    message: 'ORDER BY position {position} is not in the select list (1 to {count})',
  },
  'bind/order-by-column': {
    number: 145,
    message: 'ORDER BY may only name columns of the select list here',
    hint: 'With DISTINCT or a set operation, add the expression to the select list and order by its name.',
  },
  'bind/column-count': { number: 205, message: '{what}: {left} columns on the left, {right} on the right' },
  'bind/values-width': { number: 10709, message: 'rows of VALUES differ in length: {first} columns, then {found}' },
  'bind/row-width': { message: 'a row of {expected} values is compared with {found}' },
  'bind/one-column': { number: 116, message: 'a subquery used as a value returns one column, found {count}' },
  'bind/row-count': { number: 1060, message: '{clause} takes a non-negative whole number, found {found}' },
  'bind/with-ties': { number: 1062, message: 'TOP … WITH TIES needs ORDER BY' },
  'bind/percent': { number: 1031, message: 'TOP … PERCENT takes a number from 0 to 100, found {found}' },
  'bind/sample-percent': { number: 476, message: 'TABLESAMPLE takes 0 to 100 PERCENT, found {found}' },
  'bind/sample-value': { number: 477, message: '{clause} of TABLESAMPLE is {found}, expected {expected}' },
  'bind/sample-variable': { number: 497, message: 'TABLESAMPLE takes constants, no variables' },
  'bind/using-column': { message: 'column "{name}" of USING is missing on the {side} side' },
  'bind/unknown-parameter': {
    number: 137,
    message: 'variable "@{name}" is neither declared nor given',
    hint: 'Write DECLARE before it, or give it with --var {name}=VALUE or in the parameters of query().',
  },
  'bind/parameter-type': { message: 'parameter "@{name}" is {found}, which has no SQL type' },
  'bind/expression-too-deep': {
    number: 191,
    message: 'expression is nested deeper than {limit} levels',
    hint: 'Name intermediate results in a WITH clause or a temporary table.',
  },
  'bind/recursive-shape': {
    number: 252,
    message: 'recursive common table "{name}" is not an anchor, UNION ALL and what refers to it',
  },
  'bind/recursive-twice': { number: 253, message: 'a recursive member of "{name}" refers to it twice' },
  'bind/recursive-type': {
    number: 240,
    message: 'column "{name}" is {anchor} in the anchor and {step} in the recursive part',
    hint: 'Convert one of them with CAST.',
  },
  'bind/recursive-distinct': { number: 460, message: 'DISTINCT is not allowed in the recursive part of "{name}"' },
  'bind/recursive-top': { number: 461, message: 'TOP is not allowed in the recursive part of "{name}"' },
  'bind/recursive-outer': {
    number: 462,
    message: 'the recursive part of "{name}" reaches it through an outer join, a group or a limit',
  },
  'bind/recursive-subquery': { number: 465, message: 'a subquery refers to recursive common table "{name}"' },
  'bind/recursive-aggregate': {
    number: 467,
    message: 'GROUP BY, HAVING and aggregates are not allowed in the recursive part of "{name}"',
  },
  'bind/cognitive-correlated': {
    message: '"{name}" depends on a row of an outer query',
    hint: 'Rewrite the subquery as a join.',
  },
  'bind/cognitive-place': { message: '"{name}" cannot be called in {clause} yet' },
  'bind/on-error-default': {
    message: 'ON_ERROR DEFAULT has no value for "{name}", which returns {type}',
    hint: 'Use ON_ERROR NULL, and COALESCE where a value is wanted.',
  },
  'bind/unknown-operation': { message: '{type} services have no operation "{name}"' },
  'bind/service-operation': { message: 'service "{name}" does not answer {operation}: {reason}' },
  'bind/time-zone': { number: 9820, message: 'there is no time zone "{name}"' },
  'bind/date-part': { number: 155, message: '"{found}" is not a part of a date that "{name}" knows' },
  'bind/date-part-type': { number: 9810, message: 'part "{part}" cannot be used with "{name}" of {type}' },
  'bind/convert-style': { number: 281, message: 'style {style} is not known for converting {from} to {to}' },
  'bind/literal-range': { number: 8115, message: 'number {found} does not fit any type' },

  // --- catalog and statements
  'catalog/exists': { number: 2714, message: '{kind} "{name}" exists already' },
  'catalog/unknown-object': { number: 15151, message: '{kind} "{name}" does not exist' },
  'catalog/unknown-schema': { number: 2760, message: 'schema "{name}" does not exist' },
  'catalog/unknown-database': { number: 911, message: 'database "{name}" does not exist' },
  'catalog/in-use': { number: 46556, message: '{kind} "{name}" is used by {referrers}', hint: 'Drop them first.' },
  'catalog/missing-reference': { number: 46501, message: '{kind} "{name}" does not exist' },
  'catalog/source-type': { number: 46530, message: 'data sources of TYPE = {type} are not supported' },
  'catalog/credential-missing': { number: 46516, message: 'credential "{name}" does not exist' },
  'catalog/master-key-needed': {
    number: 15581,
    message: 'a secret cannot be stored in a persistent database without a master key',
    hint: 'Run without --database, where credentials live in memory only.',
  },
  'catalog/newer-format': {
    message: 'database was written by a newer sqlc (format {found}, this one reads up to {known})',
    hint: 'Upgrade sqlc.',
  },
  'catalog/collation': {
    message: 'the collation of this database is {kept}, not {wanted}',
    hint: 'The setting "collation" is for a new database: leave it out, or copy the tables into a new one.',
  },
  'catalog/locked': {
    message: 'database "{path}" is in use by another process',
    hint: 'Close the other sqlc, or open a copy.',
  },
  'catalog/open': { message: 'database "{path}" cannot be opened: {reason}' },
  'catalog/location': { number: 46504, message: 'location "{location}" {reason}' },

  // --- tables and views
  'view/temporary': { number: 4508, message: 'view "{view}" cannot read {table}, which is gone with the session' },
  'table/not-null-column': {
    number: 4901,
    message: 'column "{column}" takes no NULL and has no default, and "{table}" has rows',
    hint: 'Give it a DEFAULT, or let it be NULL.',
  },
  'table/column-used': { number: 5074, message: 'column "{column}" is used by {users}', hint: 'Drop that first.' },
  'table/last-column': { number: 4923, message: 'a table has at least one column: "{table}" cannot lose its last' },
  'table/identity-type': {
    number: 2749,
    message: 'identity column "{column}" is {type}, expected a whole-number type',
  },
  'table/no-identity': { number: 8106, message: '"{table}" has no identity column' },
  'table/identity-insert-on': {
    number: 8107,
    message: 'IDENTITY_INSERT is ON for "{other}" already: "{table}" has to wait',
  },
  'table/second-identity': { number: 2744, message: '"{table}" can have one identity column' },
  'table/second-primary-key': { number: 8110, message: '"{table}" can have one primary key' },
  'table/nullable-key': {
    number: 8111,
    message: 'column "{column}" of "{table}" is NULL, but part of the primary key',
  },

  // --- statements that change rows
  'change/external': { number: 46507, message: 'rows of external table "{name}" cannot be changed' },
  'change/system': { number: 259, message: 'rows of "{name}" cannot be changed: it is a view of the system' },
  'change/column-twice': { number: 264, message: 'column "{name}" is given a value twice' },
  'change/column-count': { number: 213, message: '"{table}" takes {expected} values here, found {found}' },
  'change/identity-insert': {
    number: 544,
    message: 'identity column "{column}" of "{table}" gets its values by itself',
    hint: 'Leave it out, or SET IDENTITY_INSERT {table} ON first.',
  },
  'change/identity-needed': {
    number: 545,
    message: 'identity column "{column}" of "{table}" needs values while IDENTITY_INSERT is ON',
  },
  'change/identity-update': { number: 8102, message: 'identity column "{column}" cannot be updated' },
  'change/null': { number: 515, message: 'column "{column}" of "{table}" takes no NULL' },
  'change/check': { number: 547, message: 'a row breaks check constraint "{name}" of "{table}"' },
  'change/duplicate': { number: 2627, message: 'a second row of "{table}" would have ({value}) in {constraint}' },
  'change/merge-twice': {
    number: 8672,
    message: 'MERGE would change or remove a row of "{table}" twice: several source rows match it',
    hint: 'Make the ON condition, or the source, unique for each row.',
  },
  'exec/truncated': {
    number: 2628,
    message: 'a value is too long for column "{column}" of "{table}": it would be cut to \'{value}\'',
  },

  // --- scripts
  'script/raised': { message: '{text}' },
  'script/declared-twice': { number: 134, message: 'variable "@{name}" is declared already' },
  'script/throw-number': { number: 35100, message: 'THROW takes an error number from 50000, found {number}' },
  'script/throw-nothing': { number: 10704, message: 'THROW without arguments stands outside a CATCH block' },
  'script/break': { number: 135, message: 'BREAK stands outside a WHILE' },
  'script/continue': { number: 136, message: 'CONTINUE stands outside a WHILE' },
  'script/raiserror-argument': { number: 2786, message: 'RAISERROR: {detail}' },
  'script/raiserror-severity': {
    number: 2754,
    message: 'severity {severity} is for the system: RAISERROR takes 0 to 18',
  },

  // --- transactions
  'sequence/type': { number: 11702, message: 'a sequence counts in whole numbers, not in {type}' },
  'sequence/increment': { number: 11700, message: 'the increment of a sequence is not 0' },
  'sequence/bounds': {
    number: 11705,
    message:
      'a sequence from {minimum} to {maximum}: the first is not below the second, or its type does not hold them',
  },
  'sequence/start': { number: 11703, message: 'a sequence from {minimum} to {maximum} cannot start with {start}' },
  'sequence/exhausted': {
    number: 11728,
    message: 'the sequence has given out its last number',
    hint: 'ALTER SEQUENCE … RESTART, or let it CYCLE.',
  },
  'sequence/place': {
    number: 11720,
    message: 'NEXT VALUE FOR cannot stand in {clause}',
    hint: 'Take the number in the select list, in VALUES, in SET or in a DEFAULT.',
  },
  'transaction/commit': { number: 3902, message: 'COMMIT has no BEGIN TRANSACTION' },
  'transaction/rollback': { number: 3903, message: 'ROLLBACK has no BEGIN TRANSACTION' },
  'transaction/save': { number: 628, message: 'SAVE TRANSACTION has no BEGIN TRANSACTION' },
  'transaction/doomed': {
    number: 3930,
    message: 'an error under XACT_ABORT ON has doomed the transaction',
    hint: 'Only ROLLBACK is left.',
  },
  'transaction/savepoint': { number: 6401, message: 'there is no transaction or savepoint "{name}"' },

  // --- settings
  'settings/unknown': { number: 195, message: '"{name}" is not a setting' },
  'settings/not-supported': { message: 'setting "{name}" is not enforced yet, so it is refused' },
  'settings/value': { message: 'setting "{name}" is {found}, expected {expected}' },
  'settings/date-format': {
    number: 2741,
    message: 'DATEFORMAT is {found}, expected an order of day, month and year',
    hint: 'The orders are mdy, dmy, ymd, ydm, myd and dym.',
  },
  'settings/row-count': {
    number: 507,
    message: 'ROWCOUNT is {found}, expected a whole number of rows',
    hint: 'Write 0 for no limit.',
  },
  'settings/file': { message: 'settings file "{path}" {reason}' },
  'settings/not-option': {
    message: '"{name}" cannot be given in OPTION',
    hint: 'Use SET {name} = … before the statement.',
  },
  'not-supported': { message: '{what} is not supported yet' },

  // --- storage
  'storage/missing': { number: 16561, message: 'no file at "{location}"' },
  'storage/unreadable': { number: 13822, message: 'file "{location}" cannot be read: {reason}' },
  'storage/access': { number: 15883, message: 'storage refused access to "{location}" ({status} {code})' },
  'storage/unavailable': { message: 'storage did not answer for "{location}": {reason}' },
  'storage/changed': { message: 'blob "{location}" changed while it was read', hint: 'Run the query again.' },
  'storage/file-changed': { message: 'file "{location}" changed while it was read', hint: 'Run the query again.' },
  'storage/scheme': { number: 46530, message: 'scheme "{scheme}" is not supported' },
  'storage/insecure': {
    message: 'plain http is only allowed to this machine, found "{location}"',
    hint: 'Use https, wasbs or abfss.',
  },
  'storage/credential': { number: 46506, message: 'credential "{name}" cannot be used here: {reason}' },
  'storage/rejected-row': {
    number: 7320,
    message: 'file "{file}", row {row}: {reason}',
  },
  'storage/format': { message: 'file "{file}" is not {format}: {reason}' },
  'storage/too-long': { number: 8152, message: 'a value of column "{column}" is longer than the column is declared' },
  'storage/column-missing': { number: 207, message: 'column "{name}" of "{relation}" is in none of its files' },

  // --- execution
  'exec/conversion': { number: 245, message: 'value {value} cannot be converted to {type}' },
  'exec/divide-by-zero': { number: 8134, message: 'division by zero' },
  'exec/overflow': { number: 8115, message: 'arithmetic overflow: {detail}' },
  'exec/length': { number: 537, message: 'length passed to "{name}" is negative' },
  'exec/json': { number: 13609, message: 'a text is not a JSON object or array' },
  'exec/json-path': { number: 13608, message: 'a strict JSON path leads to nothing' },
  'exec/json-scalar': { number: 13623, message: 'a strict JSON path leads to no scalar value' },
  'exec/json-long': { number: 13625, message: 'a strict JSON path leads to more than 4000 characters' },
  'exec/json-key': { message: 'a key of a JSON object is NULL' },
  'exec/json-fragment': { number: 13624, message: 'a strict JSON path leads to no object or array' },
  'exec/series-step': { number: 4199, message: 'the step of GENERATE_SERIES is 0' },
  'exec/recursion': {
    number: 530,
    message: 'a recursive common table went deeper than {limit} levels',
    hint: 'Raise OPTION (MAXRECURSION n); 0 is no limit.',
  },
  'exec/date-conversion': { number: 241, message: 'value {value} cannot be converted to {type}' },
  'exec/number-conversion': { number: 8114, message: 'value {value} cannot be converted to {type}' },
  'exec/date-range': { number: 242, message: 'a date is out of the range of {type}' },
  'exec/date-overflow': { number: 517, message: 'the date that was added to leaves the range of {type}' },
  'exec/date-parts': { number: 289, message: 'the parts do not make a {type}' },
  'exec/date-difference': {
    number: 535,
    message: 'the difference of two dates does not fit an int',
    hint: 'Use DATEDIFF_BIG, or a larger part.',
  },
  'exec/bucket-width': { number: 9834, message: 'the width of a bucket is not positive' },
  'exec/floating-point': { number: 3623, message: 'a floating point operation has no result: {detail}' },
  'exec/argument-range': {
    number: 19301,
    message: 'argument "{argument}" of "{name}" is {found}: expected {expected}',
  },
  'exec/bit-offset': { message: '"{name}" of bit {found}: expected 0 to {last}' },
  'exec/bit-value': { message: '"SET_BIT" to {found}: expected 0 or 1' },
  'exec/encoding': { number: 9803, message: 'a text is no base64' },
  'exec/unistr': { message: 'an escape of "UNISTR" is no character: {found}' },
  'exec/regexp': { number: 19300, message: 'a pattern is no regular expression: {detail}' },
  'exec/regexp-flags': {
    number: 19303,
    message: "a regular expression has no flags '{flags}'",
    hint: 'Flags are c, i, m and s.',
  },
  'exec/translate': { number: 9828, message: 'the second and third argument of "TRANSLATE" differ in length' },
  'exec/scalar-rows': { number: 512, message: 'a subquery used as a value returned more than one row' },
  'exec/out-of-memory': {
    number: 701,
    message: 'the statement needs more memory than memory_limit_mb allows: {detail}',
    hint: 'Raise memory_limit_mb, or select less.',
  },
  'exec/disk-full': { message: 'no space left in "{path}"' },
  'exec/engine': { message: '{detail}' },
  'exec/cancelled': { message: 'the statement was cancelled' },
  'exec/timeout': { message: 'the statement ran longer than {seconds} s' },
  'exec/closed': { message: 'the engine is closed' },
  'exec/result-consumed': { message: 'the batches of this result have been read already' },

  // --- services
  'service/refused': { message: '{service} refused {operation}: {status} {code}: {detail}' },
  'service/unauthorized': {
    message: '{service} refused the key ({status} {code})',
    hint: 'Check {variable}; a valid key of another region is refused the same way.',
  },
  'service/not-found': {
    message: '{service} has no {operation} at {url} ({status})',
    hint: 'Check {variable}: it is the resource endpoint, without a path.',
  },
  'service/tls': {
    message: 'no secure connection to {service}: {detail}',
    hint: 'Check {variable}; certificates of an authority of your own are read from the file NODE_EXTRA_CA_CERTS names.',
  },
  'service/unavailable': {
    message:
      '{service} failed after {attempts} attempts: {detail}; {answered} of {distinct} distinct inputs were answered',
    hint: 'Check {variable}, or run the statement again later: what the cache knows is not asked again.',
  },
  'service/redirect': {
    message: '{service} sends {operation} on to {location} ({status})',
    hint: 'Give {variable} the address that answers; redirects are not followed, since the key would go along.',
  },
  'service/protocol': {
    message: '{service} answered {operation} in a form that cannot be read: {detail}',
    hint: 'Check that {variable} is the service itself and nothing on the way changes its answers.',
  },
  'service/credential': {
    number: 46506,
    message: 'credential "{name}" cannot be used by service "{service}": {reason}',
    hint: "Use IDENTITY = 'Ocp-Apim-Subscription-Key', 'api-key' or 'Bearer' with a SECRET.",
  },
  'service/header': {
    message: '{variable} holds a character that cannot be sent',
    hint: 'Give the value alone, without spaces and line breaks.',
  },
  'service/differ': {
    message: 'services {services} share {operation}, but differ in {option}',
    hint: 'Give them the same {option}, or name one of them with USING SERVICE.',
  },
  'service/price-file': { message: 'price file "{path}" {reason}' },
  'service/endpoint': { message: 'endpoint {variable} is {found}, expected {expected}' },
  'service/max-wait': {
    message:
      '{service} asks to wait {seconds} s, longer than max_wait ({limit} s); {answered} of {distinct} distinct inputs were answered',
    hint: 'Run the statement again then, or raise max_wait: what the cache knows is not asked again.',
  },
  'service/document': {
    message: 'a document was refused: {code}: {detail}',
    hint: 'Use OPTION (ON_ERROR NULL) to go on without it.',
  },
  'service/max-errors': {
    message: '{failed} of {asked} distinct inputs failed, more than max_errors allows ({limit})',
    hint: 'COGNITIVE_ERROR(…) says why, row by row; raise max_errors to go on.',
  },
  'service/stalled': {
    message:
      '{service} answered nothing for {seconds} s (max_stall); {answered} of {distinct} distinct inputs were answered',
    hint: 'Run the statement again, or raise max_stall: what the cache knows is not asked again.',
  },
  'function/threw': { message: 'registered function "{name}" threw: {detail}' },
  'function/answer-count': {
    message: 'registered function "{name}" returned {found}, expected {expected} values: one a row',
  },
  'function/definition': { message: 'function "{name}" cannot be registered: {reason}' },
  'budget/calls': {
    message: 'max_calls is {limit}: {used} requests were sent, and at least {needed} are needed',
    hint: 'Answers so far are kept in the cache; raise max_calls to go on.',
  },
  'budget/documents': {
    message: 'max_documents is {limit}: {used} documents were sent, and at least {needed} are needed',
    hint: 'Answers so far are kept in the cache; raise max_documents to go on.',
  },
  'budget/cost': {
    message: 'max_cost is {limit}: {used} was spent, and at least {needed} is needed',
    hint: 'Answers so far are kept in the cache; raise max_cost to go on.',
  },
  'budget/no-price': {
    message: 'max_cost is set, but no price is known for {service}',
    hint: 'Give the service PRICE_PER_1000, or write prices.json in the cache folder, or take max_cost off.',
  },
  'cache/miss': {
    message: '{count} answers of {operation} are not in the cache, and cache is READ',
    hint: 'Use OPTION (CACHE ON) to ask for them.',
  },

  // --- output and command line
  'output/write': { message: 'cannot write "{path}": {reason}' },
  'usage/command': { message: '"{name}" is not a command', hint: 'See `sqlc --help`.' },
  'usage/option': { message: '{detail}', hint: 'See `sqlc --help`.' },
  'usage/script': { message: 'script "{path}" cannot be read: {reason}' },

  // --- bugs
  internal: {
    message: 'internal error: {detail}',
    hint: 'This is a bug in sqlc; please report it with the statement.',
  },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;

type Names<T extends string> = T extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;

type HintOf<C extends ErrorCode> = (typeof catalogue)[C] extends { hint: infer H extends string } ? H : '';

/** The parameters a code's templates need. */
export type ErrorParams<C extends ErrorCode> = {
  readonly [N in Names<(typeof catalogue)[C]['message']> | Names<HintOf<C>>]: string | number;
};
