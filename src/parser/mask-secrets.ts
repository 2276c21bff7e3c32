// A script with its secrets blotted out, offsets unchanged: what renderError may show a line of.
// Works on text, not tokens, because the scripts with errors are those that do not parse.

const QUOTED = /\b((?:SECRET|PASSWORD)\s*=?\s*N?')([^']*(?:''[^']*)*)/gi;
/** What URLs carry and must not: `https://user:password@host`, `?subscription-key=…`, `&sig=…`. */
const USER = /(https?:\/\/)([^\s'"/@]+)(?=@)/gi;
const PARAMETER = /([?&](?:sig|[\w-]*key)=)([^&\s'"#]+)/gi;
const BARE = /\b((?:SECRET|PASSWORD)\s*=\s*)([^\s',;()]+)(?!')/gi;

/** The same text with the values of SECRET and PASSWORD, and the credentials in URLs, as asterisks. */
export function maskSecrets(text: string): string {
  return text.replace(QUOTED, blot).replace(BARE, blot).replace(USER, blot).replace(PARAMETER, blot);
}

function blot(_: string, head: string, secret: string): string {
  return head + secret.replace(/[^\r\n]/g, '*');
}
