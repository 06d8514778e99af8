/**
 * The measure of all: a bare `node:http` server that answers `/{key}` with the value of one Redis GET.
 * Arguments: port, Redis URL.
 */
import { createServer } from 'node:http';
import { Redis } from 'ioredis';

const [port, redisUrl = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);

const server = createServer((request, response) => {
  void redis.get(request.url?.slice(1) ?? '').then((value) => {
    response.writeHead(value === null ? 404 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(value ?? ''),
    });
    response.end(value);
  });
});
server.listen(Number(port), '127.0.0.1');
