import { Problem } from '../problems/problem.ts';

/** The customer was erased, and the erasure is still in force. */
export class CustomerErased extends Problem {
  constructor() {
    super(
      'customer_erased',
      'The customer was erased. Nothing about the customer is stored or fetched until the erasure ends or is lifted.',
    );
  }
}
