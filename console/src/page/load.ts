import { type ReadOptions } from '../reading/read-customer.ts';

interface LoadOptions extends Omit<ReadOptions, 'signal'> {
  /** The page neither shows nor announces it, unless it fails. */
  readonly isQuiet: boolean;
}

/** Reads the customer again. Values stay shown or hidden by default. */
export type Load = (options?: Partial<LoadOptions>) => void;
