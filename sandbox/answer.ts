/** The answer to the caller, before any fault of delivery. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Padding;
}

/** A JSON object filled up to `bytes` decoded bytes; streamed, never held in memory. */
export interface Padding {
  readonly bytes: number;
  readonly gzip: boolean;
}

/** An answer with a JSON body and the content type of the billing API, the token service and the control routes. */
export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
