import { Injectable } from '@nestjs/common';
import { hash, timingSafeEqual } from 'node:crypto';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { type Credentials } from './credentials.ts';

/** The keys of `API_KEYS`, compared by digest and in constant time. */
@Injectable()
export class ApiKeys {
  private readonly known: readonly { readonly digest: Buffer; readonly credentials: Credentials }[];

  constructor({ auth }: Config) {
    const keys = auth.mode === 'api-key' ? auth.keys : [];
    this.known = keys.map(({ name, key, organisation }) => ({
      digest: digestOf(key),
      credentials: { name, organisations: organisation === null ? null : [organisation] },
    }));
  }

  /** @throws Problem `unauthenticated` */
  check(key: string | string[] | undefined): Credentials {
    const digest = digestOf(typeof key === 'string' ? key : '');
    const found = this.known.filter((one) => timingSafeEqual(one.digest, digest));
    if (!found[0])
      throw new Problem('unauthenticated', 'Send a valid key in the X-Api-Key header.', {
        headers: { 'www-authenticate': 'ApiKey' },
      });
    return found[0].credentials;
  }
}

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
