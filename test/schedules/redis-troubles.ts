import { type Redis } from 'ioredis';
import { customerHash } from '../../src/profile-cache/cache-keys.ts';
import { ORGANISATION_IDS } from '../support/switchboard.ts';
import { type Estate } from './estate.ts';
import { type RedisTrouble } from './schedule.ts';
import { type Truth } from './truth.ts';

/** After these, Redis may not know what it knew before. */
const LOSSES: ReadonlySet<RedisTrouble> = new Set(['flush', 'restart', 'fail-over', 'restore']);

export const losesData = (how: RedisTrouble): boolean => LOSSES.has(how);

/** What happens to Redis, and to what lies in it. */
export async function troubleRedis(estate: Estate, how: RedisTrouble, truths: readonly Truth[]): Promise<void> {
  const { raw } = estate;
  const hashes = truths.map(hashOf);
  switch (how) {
    case 'freeze':
      estate.freeze();
      return;
    case 'flush':
      await raw.flushall();
      return;
    case 'restart':
      return estate.restartRedis();
    case 'evict':
      await Promise.all(hashes.map((key) => raw.del(key)));
      return;
    case 'evict-expiring':
      for (const key of await raw.keys('*')) if ((await raw.pttl(key)) >= 0) await raw.del(key);
      return;
    case 'corrupt':
      for (const key of hashes) await replaceFields(raw, key, key, (value) => value.subarray(0, value.length / 2));
      return;
    case 'mix-up':
      for (const [at, key] of hashes.entries()) await replaceFields(raw, key, hashes[(at + 1) % hashes.length] ?? key);
      return;
    case 'fall-behind':
      return estate.standby.fallBehind();
    case 'save':
      return estate.standby.save();
    case 'fail-over':
      return estate.failOver();
    case 'restore':
      return estate.restore();
  }
}

const hashOf = ({ customerId, subject }: Truth): string =>
  customerHash({ organisation: ORGANISATION_IDS[subject.of], customerId });

/** Puts the parts and responses of another hash into this one, where it has one of the same name; the scope before it stays. */
async function replaceFields(
  raw: Redis,
  key: string,
  otherKey: string,
  changed = (value: Buffer): Buffer => value,
): Promise<void> {
  const nameOf = (field: string): string => field.slice(field.indexOf('/') + 1);
  const others = Object.entries(await raw.hgetallBuffer(otherKey));
  for (const field of await raw.hkeys(key)) {
    const [, value] = others.find(([other]) => other.includes('/') && nameOf(other) === nameOf(field)) ?? [];
    if (field.includes('/') && value) await raw.hset(key, field, changed(value));
  }
}
