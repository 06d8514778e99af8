import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { Config } from '../config/config.ts';
import { AuthRefusals } from './auth-refusals.ts';
import { type Principal } from './principal.ts';

/**
 * The keys of `API_KEYS`. A sent key is compared with every one of them in constant time. All are filled up to one length
 * with zeros, which no header can hold.
 */
@Injectable()
export class ApiKeys {
  private readonly keys: readonly { readonly key: Buffer; readonly principal: Principal }[];
  private readonly sent: Buffer;

  constructor(
    { auth }: Config,
    private readonly refusals: AuthRefusals,
  ) {
    const keys = auth.mode === 'api-key' ? auth.keys : [];
    const longest = Math.max(0, ...keys.map(({ key }) => key.length));
    this.sent = Buffer.alloc(longest + 1);
    this.keys = keys.map(({ name, key, organisation }) => ({
      key: Buffer.concat([Buffer.from(key, 'latin1')], longest + 1),
      principal: { name, organisations: organisation === null ? null : [organisation] },
    }));
  }

  /** @throws Problem `unauthenticated` */
  check(key: string | string[] | undefined): Principal {
    // A key that is too long is cut, and is still longer than any valid one.
    this.sent.fill(0).write(typeof key === 'string' ? key : '', 'latin1');
    const found = this.keys.filter((one) => timingSafeEqual(one.key, this.sent));
    if (!found[0]) throw this.refusals.ofApiKey(key === undefined ? 'missing' : 'unknown_key');
    return found[0].principal;
  }
}
