// The relational engine's own functions that may be called under their own names: pure scalars whose meaning no
// T-SQL function of the same name contradicts. Everything else is refused, above all what reads files or settings.

export const ENGINE_FUNCTIONS: ReadonlySet<string> = new Set(
  `
  array_to_string contains ends_with hamming jaccard levenshtein list_append list_concat list_contains
  list_distinct list_first list_has_all list_has_any list_last list_position list_reverse list_slice list_sort
  list_sum list_unique list_value md5 prefix regexp_extract regexp_extract_all regexp_full_match regexp_matches
  sha256 split_part starts_with strip_accents suffix to_base64 from_base64 url_decode url_encode array_length
 
  `
    .trim()
    .split(/\s+/),
);
