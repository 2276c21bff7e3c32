// The function and error references, from the registry and the catalogue.
import { withSource } from './import-source.mjs';

export async function generate() {
  const functions = await withSource('src/udf/functions/index.generated.ts', ({ allFunctions }) => allFunctions);
  const signatureOf = await withSource('src/udf/function.ts', (module) => module.signatureOf);
  const typeName = await withSource('src/arrow/sql-type.ts', (module) => module.typeName);
  const catalogue = await withSource('src/common/catalogue.ts', (module) => module.catalogue);
  return {
    'docs/functions.md': functionsPage(functions, { signatureOf, typeName }),
    'docs/errors.md': errorsPage(catalogue),
  };
}

function functionsPage(functions, { signatureOf, typeName }) {
  const sections = functions.map((fn) => {
    return `## ${signatureOf(fn)}\n\n${fn.doc}\n\nReturns \`${typeName(fn.returns)}\`. Asks \`${fn.operation.id}\`: ${fn.operation.limits.documents.toLocaleString('en')} documents a request.\n\n\`\`\`sql\n${fn.example}\n\`\`\`\n`;
  });
  return `# Cognitive functions\n\nGenerated from \`src/udf/functions\`. NULL (or an empty text) in gives NULL out and asks nobody; equal inputs are asked once.\n\n${sections.join('\n')}`;
}

function errorsPage(catalogue) {
  const rows = Object.entries(catalogue).map(
    ([code, { number, message }]) => `| \`${code}\` | ${number ?? ''} | ${message.replaceAll('|', '\\|')} |`,
  );
  return `# Errors\n\nGenerated from \`src/common/catalogue.ts\`. The number is T-SQL's where one exists.\n\n| code | number | message |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
