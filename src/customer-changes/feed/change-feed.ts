import { Injectable } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { RedisUnavailable } from '../../redis/redis-errors.ts';
import { pairsIn } from '../../redis/reply-pairs.ts';
import { plainChange, type StoredChange } from './change.ts';
import { feedKeys } from './change-keys.ts';
import { type PendingChange } from './change-marks.ts';
import { type Changed, changedMessage, lostMessage, removedMessage } from './feed-messages.ts';
import {
  APPEND_CHANGES,
  APPEND_POLICY,
  END_ERASURES,
  NOTE_PENDING,
  READ_FEED,
  READ_PENDING,
  REMOVE_CHANGES,
} from './feed-scripts.ts';

/** The state of a feed. */
export interface FeedState {
  /** A new one after anything that may have lost events. */
  readonly epoch: string;
  /** The number of the newest event. */
  readonly sequence: number;
  /** The number of the newest event that was removed because the feed keeps only so many. */
  readonly trimmed: number;
  /** The check of the newest event; HOLE when it was removed; '' when not known. */
  readonly check: string;
}

/** An event with its number in the feed. */
export interface NumberedChange {
  readonly sequence: number;
  readonly change: StoredChange;
  /** The start of a digest of the event. */
  readonly check: string;
}

/** Events after a number. */
export interface FeedRead {
  readonly state: FeedState;
  readonly events: readonly NumberedChange[];
  /** The check of the event with the given number; HOLE when it is not stored. */
  readonly checkAt: string;
}

/** A process's note that it is about to mark a change of this customer. */
export interface AboutToChange {
  readonly customerId: string;
  /** Epoch milliseconds, with a random fraction that makes it unique. */
  readonly notedAt: number;
  /** It has replaced the note of another process, which may not have marked the customer yet. So it is not withdrawn at once. */
  readonly hasReplaced: boolean;
}

const NOTHING_SEEN: Omit<FeedState, 'trimmed'> = { epoch: '', sequence: 0, check: '' };

/**
 * The events of each organisation in Redis. Every method throws RedisUnavailable, or Redis's own error reply, when Redis
 * fails. A process remembers the newest event that it has seen: a Redis that has lost it begins a new epoch.
 */
@Injectable()
export class ChangeFeed {
  /**
   * The channel on which processes announce that a feed has changed (`feed-messages.ts`).
   */
  readonly channel: string;
  private readonly kept: number;
  private readonly seen = new Map<string, FeedState>();
  /** By organisation, the number of the last event that this process has read. */
  private readonly readUpTo = new Map<string, number>();
  private readonly listeners: ((changed: Changed) => void)[] = [];

  constructor(
    { redis, changesKept }: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {
    this.channel = `${redis?.keyPrefix ?? ''}customer-profiles:changes`;
    this.kept = changesKept;
  }

  /** Calls the listener for each event that this process reads, and each loss that it finds, before a consumer is told. */
  onChange(listener: (changed: Changed) => void): void {
    this.listeners.push(listener);
  }

  /** Whether there is a Redis at all. */
  get isConfigured(): boolean {
    return this.connection.client !== null;
  }

  /**
   * Notes that a change of this customer is about to be marked. If this process dies after that, another one finds the
   * mark.
   * @returns null: the customer is erased
   */
  async note({ organisation, customerId }: CustomerKey): Promise<AboutToChange | null> {
    const notedAt = Math.floor(this.clock.now()) + randomBytes(1).readUInt8() / 256;
    const [, , , revisions, pending, erasures] = feedKeys(organisation);
    const entry = [hash('sha1', customerId), customerId, notedAt];
    const reply = await this.connection.run((redis) =>
      redis.eval(NOTE_PENDING, 3, revisions, pending, erasures, ...entry),
    );
    return reply === 0 ? null : { customerId, notedAt, hasReplaced: reply === 2 };
  }

  /**
   * Appends a customer's changes, except those that were appended before.
   * @param noted the note to withdraw; null: there is none
   * @returns how many were appended
   */
  async append(
    { organisation, customerId }: CustomerKey,
    changes: readonly PendingChange[],
    noted: AboutToChange | null,
  ): Promise<number> {
    const events = changes.flatMap(({ revision, change }) => [revision, JSON.stringify(change)]);
    const values = [hash('sha1', customerId), customerId, noted?.notedAt ?? '', this.clock.now(), ...events];
    return this.change(organisation, APPEND_CHANGES, values, changedMessage(organisation, customerId));
  }

  /** Appends an event when the organisation's merge policy has changed. @returns how many */
  async appendPolicy(organisation: string, policy: string): Promise<number> {
    const change = plainChange('policy_changed', null, this.clock.now());
    return this.change(organisation, APPEND_POLICY, [policy, JSON.stringify(change)], organisation);
  }

  /**
   * Removes every event that names the customer. Its marks are under another key.
   * @returns how many there were
   */
  async remove({ organisation, customerId }: CustomerKey): Promise<number> {
    const values = [hash('sha1', customerId), customerId, '', ''];
    return this.change(organisation, REMOVE_CHANGES, values, removedMessage(organisation));
  }

  /**
   * As `remove`, and appends `erased` instead. Until that event is removed nothing else of the customer is appended, also
   * no change that a process was about to append.
   * @param until epoch milliseconds when the event is to be removed
   * @returns how many events were removed
   */
  async erase({ organisation, customerId }: CustomerKey, until: number): Promise<number> {
    const change = plainChange('erased', customerId, this.clock.now());
    const values = [hash('sha1', customerId), customerId, JSON.stringify(change), until];
    return this.change(organisation, REMOVE_CHANGES, values, removedMessage(organisation));
  }

  /** Removes the events `erased` whose time has come, at most 100. @returns how many */
  async endErasures(organisation: string): Promise<number> {
    return this.change(organisation, END_ERASURES, [this.clock.now()], removedMessage(organisation));
  }

  /** @param after null: from the oldest event that is kept */
  async read(organisation: string, after: number | null, limit: number): Promise<FeedRead> {
    const reply = await this.run(organisation, READ_FEED, [after ?? '', limit]);
    const [, , , , checkAt, members] = reply;
    if (!Array.isArray(members)) throw new RedisUnavailable('the answer is no feed');
    const events = members.flatMap((member) => readMember(String(member)));
    this.notify(organisation, events);
    const state = stateOf(reply);
    this.remember(organisation, state);
    return { state, events, checkAt: String(checkAt) };
  }

  /**
   * The notes between two moments, the oldest first.
   * @param after epoch milliseconds, exclusive; so is `before`
   */
  async noted(organisation: string, after: number, before: number, limit: number): Promise<readonly AboutToChange[]> {
    const reply = await this.run(organisation, READ_PENDING, [exclusive(after), exclusive(before), limit]);
    const [, , , , found] = reply;
    this.remember(organisation, stateOf(reply));
    return pairsIn(Array.isArray(found) ? found : []).map(([customerId, notedAt]) => ({
      customerId,
      notedAt: Number(notedAt),
      hasReplaced: false,
    }));
  }

  private async change(
    organisation: string,
    script: string,
    more: readonly (string | number)[],
    message: string,
  ): Promise<number> {
    const reply = await this.run(organisation, script, [this.kept, this.channel, message, ...more]);
    this.remember(organisation, stateOf(reply));
    return Number(reply[4]);
  }

  private async run(
    organisation: string,
    script: string,
    more: readonly (string | number)[],
  ): Promise<readonly unknown[]> {
    const keys = feedKeys(organisation);
    const { epoch, sequence, check } = this.seen.get(organisation) ?? NOTHING_SEEN;
    const newEpoch = randomBytes(9).toString('base64url');
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(script, keys.length, ...keys, newEpoch, epoch, sequence, check, ...more),
    );
    if (!Array.isArray(reply)) throw new RedisUnavailable('the answer is no feed');
    if (reply[0] !== epoch) {
      // The numbers may begin again.
      this.readUpTo.delete(organisation);
      this.tell('all');
    }
    if (reply[0] === newEpoch)
      void this.connection.tryRun((redis) => redis.publish(this.channel, lostMessage(organisation)));
    return reply as readonly unknown[];
  }

  private tell(changed: Changed): void {
    for (const listener of this.listeners) listener(changed);
  }

  private notify(organisation: string, events: readonly NumberedChange[]): void {
    const readUpTo = this.readUpTo.get(organisation) ?? 0;
    for (const { sequence, change } of events) {
      const { customerId } = change;
      if (sequence > readUpTo && customerId !== null) this.tell({ organisation, customerId });
    }
    this.readUpTo.set(organisation, Math.max(readUpTo, events.at(-1)?.sequence ?? 0));
  }

  /** Answers may arrive out of order. */
  private remember(organisation: string, state: FeedState): void {
    const seen = this.seen.get(organisation);
    if (seen?.epoch === state.epoch && state.sequence < seen.sequence) return;
    this.seen.set(organisation, state);
  }
}

/** An exclusive bound of a range of scores. */
const exclusive = (moment: number): string => `(${Number.isFinite(moment) ? moment : moment < 0 ? '-inf' : '+inf'}`;

const checkOf = (member: string): string => hash('sha1', member).slice(0, 8);

function stateOf([epoch, sequence, trimmed, check]: readonly unknown[]): FeedState {
  return { epoch: String(epoch), sequence: Number(sequence), trimmed: Number(trimmed), check: String(check) };
}

/** Skips a member that none of our scripts has written. */
function readMember(member: string): readonly NumberedChange[] {
  const colon = member.indexOf(':');
  const sequence = Number(member.slice(0, colon));
  try {
    const change = JSON.parse(member.slice(colon + 1)) as StoredChange;
    return [{ sequence, change, check: checkOf(member) }];
  } catch {
    return [];
  }
}
