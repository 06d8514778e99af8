import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { withoutBinary } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { startCuttingRelay } from './cutting-relay.ts';
import { erase, ERASURE_VARIABLES, ERASURES, keysThatName, passInSteps, type Receipt, waitMsOf } from './erasing.ts';

let stage: Stage;
let survivor: Service;

beforeAll(async () => {
  stage = await openStage();
  survivor = await stage.service(ERASURE_VARIABLES);
});

afterAll(() => stage.close());

async function known(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs(`cus_${randomUUID()}`) });
  const { customerId, billingCustomerId } = customer;
  await survivor.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
  await survivor.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(200);
  await survivor.http.get(customer.unlinkedPath).expect(200);
  await settled(survivor);
  return customer;
}

/** Each step of an erasure, by a word of its command, and whether the customer is refused from then on. */
const STEPS = [
  ['the end is noted', 'customer-erasures:ends', false],
  ['the tombstone is written', 'isInForce', true],
  ['the events are removed', 'ARGV[11]', true],
  ['they are counted', "HINCRBY', KEYS[1]", true],
  ['the entries of links are found', 'by-customer', true],
  ['the entries of links are removed', 'by-billing-customer', true],
  ['the entries of look-ups are removed', "'^[^ ]*'", true],
  ['the lost processes are read', 'customer-erasures:processes', true],
  ['the receipt is kept', 'isLast', true],
] as const;

it.each(STEPS)('a process that dies when %s leaves an erasure that is finished by asking again', async (_step, text, isRefused) => {
  const customer = await known();
  const { customerId, billingCustomerId } = customer;
  const requestId = randomUUID();
  const relay = await startCuttingRelay(stage.redis.port);
  const dying = await stage.service({ ...ERASURE_VARIABLES, REDIS_URL: relay.url });
  relay.cutAfter(text);
  const answer = dying.http.post(ERASURES).send({ customerId, requestId }).then(({ status }) => status);
  const isWaiting = dying.clock.whenSet((ms) => ms === waitMsOf()).then(() => true);
  if (await Promise.race([isWaiting, relay.cut.then(() => false)])) {
    void passInSteps(waitMsOf(), [dying]);
    await relay.cut;
  }
  expect(await answer).toBe(503);

  await survivor.http.get(customer.unlinkedPath).expect(isRefused ? 410 : 200);
  const progress = await survivor.http.get(`${ERASURES}/${customerId}`);
  const isComplete = text === 'isLast';
  if (isRefused) expect(progress.body).toMatchObject({ status: isComplete ? 'completed' : 'in_progress' });
  else expect(progress.status).toBe(404);

  const { status, body } = await erase([survivor], customer, { requestId });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ customerId, requestId, status: 'completed', caller: 'anonymous' },
    removed: { parts: 13, responses: 1, links: 1, linkHistory: 1 },
  });
  expect(await keysThatName(stage.raw, customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
  expect(await keysThatName(stage.raw, billingCustomerId, 'Ravensworth')).toStrictEqual([]);
  expect((await stage.raw.keys('*:open')).length).toBe(0);
  const same = await survivor.http.post(ERASURES).send({ customerId, requestId }).expect(200);
  expect(same.body as Receipt).toStrictEqual(body);
  await dying.close();
  await relay.close();
}); // prettier-ignore

(withoutBinary === null ? describe : describe.skip)(
  `a Redis user who may not use the channel${withoutBinary ?? ''}`,
  () => {
    it('gets no receipt of an erasure that is not published to the other processes, until a repetition is (E19)', async () => {
      const customer = await known();
      await stage.raw.acl('SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels');
      const REDIS_URL = stage.redis.url.replace('redis://', 'redis://mute:secret@');
      const mute = await stage.service({ ...ERASURE_VARIABLES, REDIS_URL });
      // It has heard of the customer's own event by then, and has had Redis confirm its copy.
      await eventually(
        'the other process answers from its copy',
        async () =>
          (await survivor.http.get(customer.unlinkedPath)).headers['cache-status']?.includes('detail=local') === true,
      );
      const requestId = randomUUID();
      const refused = await erase([mute], customer, { requestId });
      expect(refused).toMatchObject({ status: 503, body: { code: 'erasure_unavailable' } });
      const progress = await survivor.http.get(`${ERASURES}/${customer.customerId}`).expect(200);
      expect(progress.body).toMatchObject({ requestId, status: 'in_progress', receipt: null });
      // The other process has not heard of it, and still has its copy.
      await mute.http.get(customer.unlinkedPath).expect(410);
      await survivor.http.get(customer.unlinkedPath).expect(200);
      await stage.raw.acl('SETUSER', 'mute', '&*');
      expect(await erase([mute], customer, { requestId })).toMatchObject({ status: 200, body: { requestId } });
      await survivor.http.get(customer.unlinkedPath).expect(410);
      await mute.close();
    });
  },
);
