// The function and error references, from the registry and the catalogue.
import { withSource } from './import-source.mjs';

export async function generate() {
  const functions = await withSource('src/udf/functions/index.generated.ts', ({ allFunctions }) => allFunctions);
  const signatureOf = await withSource('src/udf/function.ts', (module) => module.signatureOf);
  const typeName = await withSource('src/arrow/sql-type.ts', (module) => module.typeName);
  const catalogue = await withSource('src/common/catalogue.ts', (module) => module.catalogue);
  const scalars = [
    ...(await withSource('src/planner/bind/scalar-functions.ts', (module) => [...module.SCALAR_FUNCTIONS.values()])),
    ...(await withSource('src/planner/bind/lazy-functions.ts', (module) => [...module.LAZY_FUNCTIONS.values()])),
  ].sort((a, b) => (a.signature < b.signature ? -1 : 1));
  return {
    'docs/functions.md': functionsPage({ functions, scalars, signatureOf, typeName }),
    'docs/errors.md': errorsPage(catalogue),
  };
}

function functionsPage({ functions, scalars, signatureOf, typeName }) {
  const sections = functions.map((fn) => {
    return `## ${signatureOf(fn)}\n\n${fn.doc}\n\nReturns \`${typeName(fn.returns)}\`. Asks \`${fn.operation.id}\`: ${fn.operation.limits.documents.toLocaleString('en')} documents a request.\n\n\`\`\`sql\n${fn.example}\n\`\`\`\n`;
  });
  const examples = scalars.map(
    ({ signature, doc, example: [sql, gives] }) =>
      `## ${signature}\n\n${doc}\n\n\`\`\`sql\nSELECT ${sql} -- ${gives.trim() === gives ? gives : `'${gives}'`}\n\`\`\`\n`,
  );
  return `# Cognitive functions

Generated from \`src/udf/functions\`. NULL (or an empty text) in gives NULL out and asks nobody; equal inputs are asked once.

${sections.join('\n')}
# Scalar functions

Generated from \`src/planner/bind/functions\`; every example is run by a test. Where a function differs from T-SQL's, [dialect.md](dialect.md) says so.

${examples.join('\n')}`;
}

function errorsPage(catalogue) {
  const rows = Object.entries(catalogue).map(
    ([code, { number, message }]) => `| \`${code}\` | ${number ?? ''} | ${message.replaceAll('|', '\\|')} |`,
  );
  return `# Errors\n\nGenerated from \`src/common/catalogue.ts\`. The number is T-SQL's where one exists.\n\n| code | number | message |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
