// What the emulator's null models say of texts, asked straight over HTTP: the row-by-row plan of a bench is evaluated
// with these in JavaScript, apart from the engine.

const BATCH = 10;
const PATHS = { sentiment: 'sentiment', keyPhrases: 'keyPhrases', language: 'languages' };

/**
 * @param {string} url of an emulator that is in no hurry to refuse
 * @param {keyof typeof PATHS} operation
 * @param {readonly string[]} texts
 * @returns {Promise<Map<string, any>>} the document of each text as the service's JSON has it
 */
export async function nullAnswers(url, operation, texts) {
  const answers = new Map();
  for (let from = 0; from < texts.length; from += BATCH) {
    const batch = texts.slice(from, from + BATCH);
    const documents = batch.map((text, i) => ({ id: String(i), text }));
    const response = await fetch(`${url}/text/analytics/v3.1/${PATHS[operation]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documents }),
    });
    if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`);
    for (const document of (await response.json()).documents) answers.set(batch[Number(document.id)], document);
  }
  return answers;
}
