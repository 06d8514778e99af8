/** The measure of all: a bare `node:http` server that answers `/{key}` with the value of one Redis GET. */
import { Redis } from 'ioredis';
import { createServer } from 'node:http';

const { PORT, REDIS_URL = '' } = process.env;
const redis = new Redis(REDIS_URL);

const server = createServer((request, response) => {
  void redis.get(request.url?.slice(1) ?? '').then((value) => {
    response.writeHead(value === null ? 404 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(value ?? ''),
    });
    response.end(value);
  });
});
server.listen(Number(PORT), '127.0.0.1');
