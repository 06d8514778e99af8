/** A customer of an organisation. */
export interface CustomerKey {
  readonly organisation: string;
  readonly customerId: string;
}
