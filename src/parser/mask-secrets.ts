// A script with its secrets blotted out, offsets unchanged: what renderError may show a line of.
// Works on text, not tokens, because the scripts with errors are those that do not parse.

const QUOTED = /\b((?:SECRET|PASSWORD)\s*=?\s*N?')([^']*(?:''[^']*)*)/gi;
const BARE = /\b((?:SECRET|PASSWORD)\s*=\s*)([^\s',;()]+)(?!')/gi;

/** The same text with the values of SECRET and PASSWORD as asterisks. */
export function maskSecrets(text: string): string {
  return text.replace(QUOTED, blot).replace(BARE, blot);
}

function blot(_: string, head: string, secret: string): string {
  return head + secret.replace(/[^\r\n]/g, '*');
}
