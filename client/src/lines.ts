/** The lines of a stream of NDJSON, parsed; the last one only when it is whole. */
export async function* linesOf<T>(response: Response): AsyncGenerator<T, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    }
  } finally {
    // When the reader of the lines leaves early, the stream ends, too.
    await reader.cancel().catch(() => undefined);
  }
}
