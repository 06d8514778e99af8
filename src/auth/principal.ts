import { type CallerLimits } from '../config/callers/caller-limits.ts';
import { type Right } from '../config/callers/rights.ts';

/** A verified caller. `organisations` null: valid for all of them. */
export interface Principal {
  readonly name: string;
  readonly organisations: readonly string[] | null;
  readonly rights: ReadonlySet<Right>;
  readonly limits: CallerLimits;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller of a route that concerns no organisation; the guard sets it. */
    principal?: Principal;
  }
}
