import { type CustomerChange } from '../../src/customer-changes/change.schema.ts';
import { type StagedCustomer } from '../profile-cache/stage.ts';
import { type Service } from '../support/service.ts';

const CHANGES = '/v1/customer-profile-changes';

/**
 * What readers get of a customer: its entity tag; null: there is no such customer; undefined: an answer without a source that could
 * not be asked, which is to be read again.
 */
export type View = (customer: StagedCustomer, reader: Service) => Promise<string | null | undefined>;

/** A consumer as docs/changes.md describes it. Its stored state outlives its process. */
export class Consumer {
  private cursor = '';
  readonly held = new Map<string, string | null>();
  private readonly incomplete = new Set<StagedCustomer>();

  private readonly customers: readonly StagedCustomer[];
  private readonly view: View;

  constructor(customers: readonly StagedCustomer[], view: View) {
    this.customers = customers;
    this.view = view;
  }

  async begin(service: Service): Promise<void> {
    this.cursor = ((await service.http.get(`${CHANGES}?from=newest`).expect(200)).body as { cursor: string }).cursor;
    await this.readAll(service);
  }

  /** @param survives after so many events it is killed, before it has kept the cursor of the last one. @returns whether it is caught up */
  async consume(service: Service, limit: number, survives: number): Promise<boolean> {
    for (const customer of [...this.incomplete]) await this.read(customer, service);
    const { status, body } = await service.http.get(`${CHANGES}?cursor=${this.cursor}&limit=${limit}`);
    if (status === 410) {
      const { beginAt } = body as { beginAt: string };
      await this.readAll(service);
      this.cursor = beginAt;
      return false;
    }
    // It asks again later.
    if (status === 503) return false;
    if (status !== 200) throw new Error(`the feed was answered with ${status}`);
    const page = body as { changes: readonly CustomerChange[]; cursor: string; caughtUp: boolean };
    for (const [index, change] of page.changes.entries()) {
      const customer = this.customers.find(({ customerId }) => customerId === change.customerId);
      if (customer) await this.read(customer, service);
      if (index === survives) return false;
      this.cursor = change.id;
    }
    this.cursor = page.cursor;
    return page.caughtUp && this.incomplete.size === 0;
  }

  private async readAll(service: Service): Promise<void> {
    for (const customer of this.customers) await this.read(customer, service);
  }

  private async read(customer: StagedCustomer, service: Service): Promise<void> {
    const seen = await this.view(customer, service);
    if (seen === undefined) this.incomplete.add(customer);
    else {
      this.incomplete.delete(customer);
      this.held.set(customer.customerId, seen);
    }
  }
}
