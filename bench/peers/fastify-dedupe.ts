/** The peer on Fastify and async-cache-dedupe with its storage in Redis, as a competent team would write it in a day. */
import { createCache } from 'async-cache-dedupe';
import { fastify } from 'fastify';
import { Redis } from 'ioredis';
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { assembleProfile } from './profile.ts';
import { metricsText, requestEnded } from './telemetry.ts';

interface ProfileRequest {
  readonly Params: { readonly customerId: string };
  readonly Querystring: { readonly billingCustomerId: string };
}

const { PORT, REDIS_URL = '', API_KEYS = '', CACHE_FRESH_SECONDS } = process.env;
const keyHash = hash(API_KEYS.slice(API_KEYS.indexOf(':') + 1));

const profiles = createCache({
  ttl: Number(CACHE_FRESH_SECONDS),
  storage: { type: 'redis', options: { client: new Redis(REDIS_URL) } },
}).define('profile', ({ customerId, billingCustomerId }: Readonly<Record<string, string>>) =>
  assembleProfile(customerId ?? '', billingCustomerId ?? ''),
);

const app = fastify({
  logger: false,
  genReqId: (request) => (request.headers['x-request-id'] as string | undefined) ?? randomUUID(),
});
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-request-id', request.id);
  if (!request.url.startsWith('/v1/')) return;
  const key = request.headers['x-api-key'];
  if (typeof key !== 'string' || !timingSafeEqual(hash(key), keyHash)) await reply.code(401).send({ status: 401 });
});
app.addHook('onResponse', (request, reply, done) => {
  requestEnded(request.raw, reply.raw, request.id, reply.elapsedTime);
  done();
});

const schema = {
  params: { type: 'object', properties: { customerId: { type: 'string', pattern: '^[\\p{L}\\d-]{4,40}$' } } },
  querystring: {
    type: 'object',
    required: ['billingCustomerId'],
    properties: { billingCustomerId: { type: 'string', format: 'uuid' } },
  },
};
app.get<ProfileRequest>('/v1/customer-profiles/:customerId', { schema }, async (request, reply) => {
  const { customerId } = request.params;
  const profile = await profiles.profile({ customerId, billingCustomerId: request.query.billingCustomerId });
  return profile ?? reply.code(404).send({ status: 404 });
});
app.get('/health/ready', () => ({ status: 'ok' }));
app.get('/metrics', metricsText);

await app.listen({ host: '127.0.0.1', port: Number(PORT) });

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
