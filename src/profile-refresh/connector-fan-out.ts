import { Injectable } from '@nestjs/common';
import { BillingConnectorsClient } from '../billing-connectors/billing-connectors.client.ts';
import { Clock } from '../config/clock.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { PartFactory } from '../profile-cache/part-factory.ts';
import { Deadline } from '../resilience/deadline.ts';
import { askSource } from './ask-source.ts';
import { type Assembly } from './assembly.ts';
import { type ConnectorPart, type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from './read-requirements.ts';
import { isNeeded } from './freshness.ts';

/** Asks a billing customer's connectors, all at once, for the parts that are due. */
@Injectable()
export class ConnectorFanOut {
  constructor(
    private readonly clock: Clock,
    private readonly partFactory: PartFactory,
    private readonly billing: BillingConnectorsClient,
  ) {}

  /**
   * Settles every connector of the query. `customer_unknown` from one connector applies to all; the calls to the others are
   * cancelled.
   */
  async settle(
    query: ReadRequirements,
    billingCustomerId: string,
    cached: ProfileParts,
    assembly: Assembly,
    deadline: Deadline,
  ): Promise<void> {
    const unknown = new AbortController();
    const own = new Deadline(this.clock, deadline.remainingMs(), deadline.signal, unknown.signal);
    const parts = await Promise.all(
      query.connectors.map(async (name) => {
        const part = await this.part(query, name, billingCustomerId, cached[name], own);
        const isCutShort = unknown.signal.aborted && part.failure !== null;
        if (!isCutShort) assembly.settle(name, part);
        if (part.state === 'customer_unknown') unknown.abort();
        return { name, part };
      }),
    );
    const word = parts.find(({ part }) => part.state === 'customer_unknown')?.part;
    if (!word) return;
    for (const { name, part } of parts) if (part.failure) assembly.settle(name, word);
  }

  private async part(
    query: ReadRequirements,
    name: ConnectorName,
    billingCustomerId: string,
    cached: ConnectorPart | undefined,
    deadline: Deadline,
  ): Promise<ConnectorPart> {
    if (cached && !isNeeded(name, cached, query, this.clock.now())) return cached;
    return askSource(this.partFactory, cached, async () => {
      const answer = await this.billing.getConnector(
        billingCustomerId,
        name,
        query.organisation,
        query.requestId,
        deadline,
      );
      return { state: answer.state, value: 'reference' in answer ? answer.reference : null };
    });
  }
}
