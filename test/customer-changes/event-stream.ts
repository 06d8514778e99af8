import { eventually } from '../support/eventually.ts';

/** One server-sent event; its data is parsed. */
export interface ReceivedEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A consumer of server-sent events. */
export interface EventStream {
  readonly headers: Readonly<Record<string, string>>;
  of(name: string): readonly ReceivedEvent[];
  /** Resolves when so many events of this name have come. */
  until(name: string, count: number): Promise<void>;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  leave(): void;
}

export async function openStream(
  url: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<EventStream> {
  const leaving = new AbortController();
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const answer = await fetch(url, {
    headers: { accept: 'text/event-stream', ...Object.fromEntries(given) },
    signal: leaving.signal,
  });
  if (!answer.body) throw new Error('the answer has no body');
  const events: ReceivedEvent[] = [];
  const { body } = answer;
  const read = async (): Promise<void> => {
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      events.push(...blocks.flatMap(eventOf));
    }
  };
  const of = (name: string): readonly ReceivedEvent[] => events.filter((event) => event.name === name);
  return {
    headers: Object.fromEntries(answer.headers),
    of,
    until: (name, count) => eventually(`${count} × ${name}`, () => of(name).length >= count),
    ended: read().catch(() => undefined),
    leave: () => {
      leaving.abort();
    },
  };
}

function eventOf(block: string): readonly ReceivedEvent[] {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  const { event: name, id, data } = fields as Partial<Record<string, string>>;
  return name === undefined || data === undefined ? [] : [{ name, id, data: JSON.parse(data) as unknown }];
}
