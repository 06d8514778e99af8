import { type Command } from 'ioredis';
import { type CommandEnd } from './redis-breaker.ts';
import { isRedisDown, isReply, RedisUnavailable } from './redis-errors.ts';

/** The node of a pipeline; a command finds its node by its key. */
export interface Destination {
  readonly slot?: number | null;
}

type RecordEnd = (end: CommandEnd) => void;

/** The commands of one call, each of which the breaker judges separately. */
export class SentCommands {
  private firstName: string | null = null;
  private hasSlow = false;
  private sent = 0;
  private readonly inFlight = new Set<RecordEnd>();

  /**
   * @param acquire returns a function that records how a command ended; null: the command is not permitted
   * @param onAnswer called for each answer
   * @param onReply called with each command that Redis answered, and with its error reply
   */
  constructor(
    private readonly acquire: (command: Command, destination?: Destination) => RecordEnd | null,
    private readonly onAnswer: () => void,
    private readonly onReply: (command: Command, refusal: Error | null) => void,
  ) {}

  /** The name of the first command, which is the operation in the metrics; null: none was sent. */
  get operation(): string | null {
    return this.firstName;
  }

  /** The number of sent commands. */
  get count(): number {
    return this.sent;
  }

  /** Whether an answer was slow. */
  get areSlow(): boolean {
    return this.hasSlow;
  }

  /** Call it as the command is sent. @returns why it may not be sent; null: it may */
  send(command: Command, destination?: Destination): RedisUnavailable | null {
    const record = this.acquire(command, destination);
    if (!record) return new RedisUnavailable('the command is not sent: the breaker of its server is open');
    this.firstName ??= command.name;
    this.sent += 1;
    this.inFlight.add(record);
    const end = (isFailed: boolean): void => {
      if (!this.inFlight.delete(record)) return;
      if (!isFailed) this.onAnswer();
      record(isFailed ? 'failed' : this.hasSlow ? 'slow' : 'quick');
    };
    void command.promise.then(
      () => {
        end(false);
        this.onReply(command, null);
      },
      (error: unknown) => {
        end(isRedisDown(error));
        if (isReply(error)) this.onReply(command, error);
      },
    );
    return null;
  }

  /** Marks the commands that have no answer yet as slow. */
  noteSlow(): void {
    this.hasSlow = this.inFlight.size > 0;
  }

  /** Records the commands that have no answer yet as failed. */
  timeOut(): void {
    for (const record of this.inFlight) record('failed');
    this.inFlight.clear();
  }
}
