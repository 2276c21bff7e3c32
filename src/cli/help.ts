// What `sqlc --help` prints.

export const HELP = `sqlc: SQL in, intelligence out.

usage:
  sqlc                       a shell, on an in-memory database
  sqlc --database DIR        a shell, on a persistent one
  sqlc run FILE              run a script (- is standard input)
  sqlc query "SQL"           run one string
  sqlc explain FILE          the plan of each query of a script
  sqlc emulator              a local server speaking the Azure REST protocols
  sqlc cache stats           where the result and the file cache are, and what they hold
  sqlc cache clear [NAME]    forget answers (results), files (files), or both
  sqlc functions [NAME]      the function catalogue, or one function
  sqlc --help, --version

options of run and query:
  --database DIR             a persistent database, created when absent
  --format NAME              table, csv, json, ndjson (default: table on a terminal, csv otherwise)
  --output FILE              write the result there, whole or not at all
  --report FILE              what each statement asked of services and storage, as JSON
  --all-results              print every result, not only the last
  --var NAME=VALUE           a value for @NAME (repeatable)
  --set NAME=VALUE           a setting (repeatable)
  --progress MODE            auto (on a terminal, when services take long), always, never
  --quiet                    no notices, no progress, no summary

options of explain:          --database, --var, --set, --format text|json, and --steps: the plan after each rule
options of cache:            --database, --set, --format
options of emulator:         --port N (5000; 0 is any), --host H (127.0.0.1), --key K, and the faults and quotas of
                             docs/emulator.md: --latency, --rps, --fail, --poison, --null, --seed …

services come from LANGUAGE_ENDPOINT and LANGUAGE_KEY; without them functions run on embedded local models.
exit status: 0 done, 1 the SQL failed, 2 wrong usage, 130 interrupted.
`;
