const styled = process.stdout.isTTY;

export const bold = (text: string): string => (styled ? `\u001b[1m${text}\u001b[0m` : text);

const HEADERS = ['cache-status', 'age', 'cache-control', 'profile-complete', 'x-request-id'];

/**
 * Makes a GET and prints the request, the status, the headers that say something, and the answer: one line a list item.
 * @param fields which of the answer's fields; all when empty
 * @throws Error when the answer is not 200
 */
export async function showRequest(url: string, fields: readonly string[]): Promise<void> {
  console.log(`  GET ${url}`);
  const startedAt = performance.now();
  const response = await fetch(url);
  const body = (await response.json()) as Record<string, unknown>;
  console.log(`  ${response.status} in ${(performance.now() - startedAt).toFixed(1)} ms`);
  for (const name of HEADERS) console.log(`  ${name}: ${response.headers.get(name) ?? ''}`);
  if (response.status !== 200) throw new Error(`expected 200, not ${response.status}`);
  for (const [name, value] of Object.entries(body))
    if (fields.length === 0 || fields.includes(name)) printField(name, value);
}

function printField(name: string, value: unknown): void {
  if (Array.isArray(value) && value.length > 0) {
    console.log(`    ${name}:`);
    for (const item of value) console.log(`      ${JSON.stringify(item)}`);
  } else console.log(`    ${name}: ${JSON.stringify(value)}`);
}
