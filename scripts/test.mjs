// Runs the tests. --rewrite writes the golden files anew instead of checking them; other arguments are vitest's, such
// as the names of files.
import { vitest } from './vitest.mjs';

const given = process.argv.slice(2);
const rest = given.filter((argument) => argument !== '--rewrite');
vitest(rest, rest.length < given.length ? { SQLC_REWRITE: '1' } : {});
