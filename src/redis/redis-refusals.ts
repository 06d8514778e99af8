import { type Command } from 'ioredis';
import { type Logger } from 'pino';
import { type Clock, type Timer } from '../config/clock.ts';
import { isLastingRefusal, replyCode } from './redis-errors.ts';

/** An error reply that Redis keeps giving, as seen in traffic. */
export interface RedisRefusal {
  /** The first word of the error reply, such as `OOM`. */
  readonly reply: string;
  /** The names of the commands that got it. */
  readonly operations: readonly string[];
  /** Epoch ms. */
  readonly since: number;
}

interface Lasting {
  readonly since: number;
  readonly operations: Set<string>;
  /** The kinds of commands that were refused and have not succeeded since. */
  readonly questions: Set<string>;
  ending: Timer | undefined;
}

/** A refusal ends when nothing was refused for this long: a Redis that is almost full takes some writes and refuses others. */
const QUIET_MS = 5000;
const MAX_QUESTIONS = 100;
/** Commands that the service uses when they are permitted, but does not need. */
const OPTIONAL = new Set(['info', 'ping']);
/** Refusals of the server as a whole. They end when one of the refused commands succeeds. */
const OF_THE_SERVER = /^(OOM|MISCONF|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|LOADING|BUSY)$/;

/**
 * Tracks the error replies that last until an operator acts. They are answers, so they open no breaker; it logs each kind
 * when it begins and when it ends.
 */
export class RedisRefusals {
  private readonly lasting = new Map<string, Lasting>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly count: (operation: string, reply: string) => void,
  ) {}

  get list(): readonly RedisRefusal[] {
    return [...this.lasting].map(([reply, { since, operations }]) => ({ reply, since, operations: [...operations] }));
  }

  refused(command: Command, error: Error): void {
    if (OPTIONAL.has(command.name) || !isLastingRefusal(error)) return;
    const reply = replyCode(error);
    this.count(command.name, reply);
    const lasting = this.lasting.get(reply) ?? this.begin(command, reply);
    lasting.ending?.cancel();
    lasting.ending = undefined;
    lasting.operations.add(command.name);
    if (lasting.questions.size < MAX_QUESTIONS) lasting.questions.add(questionOf(command));
  }

  answered(command: Command): void {
    if (this.lasting.size === 0) return;
    const question = questionOf(command);
    for (const [reply, lasting] of this.lasting) {
      if (!lasting.questions.delete(question)) continue;
      if (OF_THE_SERVER.test(reply)) lasting.questions.clear();
      if (lasting.questions.size > 0) continue;
      lasting.ending = this.clock.after(QUIET_MS, () => {
        this.end(reply);
      });
    }
  }

  stop(): void {
    for (const { ending } of this.lasting.values()) ending?.cancel();
  }

  private begin({ name }: Command, reply: string): Lasting {
    const lasting: Lasting = {
      since: this.clock.now(),
      operations: new Set(),
      questions: new Set(),
      ending: undefined,
    };
    this.lasting.set(reply, lasting);
    this.log.warn({ event: 'redis_refuses', operation: name, errorCode: reply }, 'Redis refuses commands');
    return lasting;
  }

  private end(reply: string): void {
    this.lasting.delete(reply);
    this.log.info({ event: 'redis_refuses_no_more', errorCode: reply }, 'Redis no longer refuses commands');
  }
}

/** The part of a key after its kind: names and digests, in braces or not. */
const NAMES_IN_KEY = /\{.*|:[\da-f-]{16,}.*/is;

/** The name, the kind of key and the script of a command, by which a later command of the same kind is recognised. */
function questionOf(command: Command): string {
  const [key = ''] = command.getKeys();
  const script = command.name.startsWith('eval') ? String(command.args[0]) : '';
  return `${command.name} ${String(key).replace(NAMES_IN_KEY, '')} ${script}`;
}
