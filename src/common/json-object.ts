// The JSON object of a file that people write by hand: prices, settings. Knows no file and none of its names.

/**
 * The object a text holds; names that start with `//` are comments.
 *
 * @param problem makes the error from what the text is instead
 */
export function jsonObjectOf(
  text: string,
  problem: (reason: string) => Error,
): readonly (readonly [string, unknown])[] {
  const value = parsed(text.replace(/^\uFEFF/, ''), problem);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw problem('is not a JSON object');
  return Object.entries(value).filter(([name]) => !name.startsWith('//'));
}

function parsed(text: string, problem: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problem('is not JSON');
  }
}
