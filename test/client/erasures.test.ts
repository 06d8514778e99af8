import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type CustomerProfileClient } from '../../client/src/index.ts';
import { ERASURE_VARIABLES, passInSteps, waitMsOf } from '../customer-erasures/erasing.ts';
import { type Service } from '../support/service.ts';
import { type ServedClient, startServedClient } from './served-client.ts';

let served: ServedClient;
let service: Service;
let client: CustomerProfileClient;

beforeAll(async () => {
  served = await startServedClient(ERASURE_VARIABLES);
  ({ service, client } = served);
});

afterAll(() => served.close());

it('a customer is erased, the receipt read again, and the erasure lifted', async () => {
  const erasureRequestId = randomUUID();
  const erased = client.erasures.erase('1000000001', { erasureRequestId });
  await service.clock.whenSet((ms) => ms === waitMsOf());
  await passInSteps(waitMsOf(), [service]);
  const receipt = await erased;
  expect(receipt).toMatchObject({ customerId: '1000000001', requestId: erasureRequestId, status: 'completed' });
  expect(await client.erasures.get('1000000001')).toMatchObject({ tombstone: 'in_force', receipt });
  await expect(client.profile('1000000001')).rejects.toMatchObject({ code: 'customer_erased', status: 410 });
  const { keys } = await client.erasures.keys();
  expect(keys.map(({ kid }) => kid)).toContain(receipt.signature.keyId);
  await client.erasures.lift('1000000001');
  await expect(client.erasures.lift('1000000001')).rejects.toMatchObject({ code: 'erasure_not_found' });
});
