export const ORGANISATIONS = [0, 1] as const;
export const CUSTOMERS = [0, 1] as const;
export const PROCESSES = [0, 1, 2] as const;
/** `again` names the entity tag of the last answer, so that 304 stands for that answer. */
export const FORMS = [
  'stored', 'again', 'named', 'other', 'fields', 'connectors', 'one', 'batch', 'explanation', 'find',
] as const; // prettier-ignore
export const DIRECTIVES = ['', 'no-cache', 'max-age=1', 'max-stale', 'only-if-cached'] as const;
export const UPSTREAM_FAULTS = [
  'hang', 'reset', 'reset-mid-body', 'status-500', 'gateway-404', 'html', 'truncated', 'throttled', 'one-401', 'slow',
] as const; // prettier-ignore
export const SOURCES = ['reseller', 'stripe', 'token'] as const;
/** What happens to Redis: `fall-behind` leaves a replica without what is written later, and `save` keeps a file for a later `restore`. */
export const REDIS_TROUBLES = [
  'flush', 'evict', 'evict-expiring', 'freeze', 'restart', 'corrupt', 'mix-up', 'fall-behind', 'fail-over', 'save', 'restore',
] as const; // prettier-ignore
/** How much time passes: a moment, or as long as a copy, a failure, a fresh part is kept, or a process goes on without Redis. */
export const SPANS = ['moment', 'local', 'failure', 'fresh', 'disconnected'] as const;

export type Organisation = (typeof ORGANISATIONS)[number];
export type Form = (typeof FORMS)[number];
export type Source = (typeof SOURCES)[number];
export type UpstreamFault = (typeof UPSTREAM_FAULTS)[number];
export type RedisTrouble = (typeof REDIS_TROUBLES)[number];
export type Span = (typeof SPANS)[number];

/** A customer of an organisation. */
export interface Subject {
  readonly of: Organisation;
  readonly customer: number;
}

/** What the reseller and Stripe say of a company of its own, and what anybody can tell about it without the service's rules. */
export interface Company {
  readonly names: readonly [string, string];
  readonly emails: readonly [string, string];
  /** As JSON text. */
  readonly reference: string;
  /** Whether both mean one company. */
  readonly isOne: boolean;
  /** Which of the two names is to be shown. */
  readonly shown: 0 | 1;
}

/** One thing that happens. `by` is the process that is asked. A read that is not awaited goes on beside the next steps. */
export type Step =
  | (Subject & {
      readonly kind: 'read';
      readonly by: number;
      readonly form: Form;
      readonly directive: string;
      readonly awaited: boolean;
    })
  | (Subject & { readonly kind: 'change'; readonly what: 'reseller' | 'stripe' })
  | (Subject & { readonly kind: 'forget'; readonly by: number; readonly source: '' | 'reseller' | 'stripe' })
  | (Subject & {
      readonly kind: 'invalidate';
      readonly by: number;
      readonly level: 'customer' | 'billing' | 'source' | 'organisation';
      readonly mode: 'refetch' | 'stale';
    })
  | (Subject & {
      readonly kind: 'link';
      readonly by: number;
      /** Which of the customer's two billing customers; null removes the link. */
      readonly to: 0 | 1 | null;
      readonly how: 'put' | 'import' | 'if-none-match';
    })
  | (Subject & { readonly kind: 'erase'; readonly by: number; readonly awaited: boolean })
  | (Subject & { readonly kind: 'lift'; readonly by: number })
  /** Both upstreams have a company that is easily taken for another, and the process is asked for it. */
  | { readonly kind: 'meet'; readonly by: number; readonly of: Organisation; readonly company: Company }
  /** A consumer asks the process for what has changed. */
  | { readonly kind: 'follow'; readonly by: number }
  | { readonly kind: 'fault'; readonly source: Source; readonly fault: UpstreamFault }
  | { readonly kind: 'hold'; readonly source: Source }
  | { readonly kind: 'heal' }
  | { readonly kind: 'cut'; readonly by: number }
  | { readonly kind: 'restart'; readonly by: number }
  /** The process is told to end while it is asked for the customer; another one starts in its place. */
  | (Subject & { readonly kind: 'leave'; readonly by: number })
  | { readonly kind: 'pause'; readonly by: number }
  /** What the process says to Redis arrives when all are connected again. */
  | { readonly kind: 'delay'; readonly by: number }
  /** The process hears nothing of the others until then. */
  | { readonly kind: 'deafen'; readonly by: number }
  | { readonly kind: 'connect' }
  | { readonly kind: 'redis'; readonly how: RedisTrouble }
  | { readonly kind: 'jump'; readonly by: number; readonly hours: number }
  | { readonly kind: 'pass'; readonly span: Span };

/** What a schedule runs on. */
export interface Setting {
  readonly copies: boolean;
  readonly sealed: boolean;
  readonly refuses: boolean;
  readonly smallQuota: boolean;
}

export interface Schedule {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}
