/**
 * `node --import bench/longest-turn.ts dist/main.js`: the service, which says at `LONGEST_TURN_PORT` how much CPU the longest turn of its
 * event loop took since it was last asked, in milliseconds. A timer reads the thread's CPU every millisecond. While a turn holds it up the
 * CPU adds up, so two readings differ by the longest turn, and by a millisecond at most of other work.
 */
import { createServer } from 'node:http';

const TICK_MS = 1;
let longestMicros = 0;
let before = process.threadCpuUsage();

function look(): void {
  const { user, system } = process.threadCpuUsage(before);
  before = process.threadCpuUsage();
  longestMicros = Math.max(longestMicros, user + system);
}

setInterval(look, TICK_MS).unref();
createServer((_request, response) => {
  look();
  response.end(String(longestMicros / 1000));
  longestMicros = 0;
})
  .listen(Number(process.env.LONGEST_TURN_PORT), '127.0.0.1')
  .unref();
