import { Agent, get } from 'node:http';
import { Clock } from '../../../src/config/clock.ts';

const INTERVAL_MS = 10;

/** Requests that begin at a steady rate, however long the answers take. */
export class SteadyLoad {
  /** How often each status was answered, or each error was met. */
  readonly statuses: Record<string, number> = {};
  private readonly agent = new Agent({ keepAlive: true });
  private readonly underWay = new Set<Promise<void>>();
  private readonly urls: readonly string[];
  private readonly timer;
  private begun = 0;

  /** @param perSecond a multiple of a hundred */
  constructor(urls: readonly string[], perSecond: number) {
    this.urls = urls;
    this.timer = new Clock().every(INTERVAL_MS, () => {
      for (let one = 0; one < (perSecond * INTERVAL_MS) / 1000; one += 1) this.begin();
    });
  }

  get ended(): number {
    return Object.values(this.statuses).reduce((sum, count) => sum + count, 0);
  }

  /** Begins no more, and resolves when all are answered. */
  async stop(): Promise<void> {
    this.timer.cancel();
    await Promise.all(this.underWay);
    this.agent.destroy();
  }

  private begin(): void {
    const url = this.urls[this.begun % this.urls.length] ?? '';
    this.begun += 1;
    const request = this.statusOf(url).then((status) => {
      this.statuses[status] = (this.statuses[status] ?? 0) + 1;
      this.underWay.delete(request);
    });
    this.underWay.add(request);
  }

  private statusOf(url: string): Promise<string> {
    return new Promise((resolve) => {
      get(url, { agent: this.agent }, (response) => {
        response
          .resume()
          .once('end', () => {
            resolve(String(response.statusCode));
          })
          .once('error', ({ message }) => {
            resolve(message);
          });
      }).once('error', ({ message }) => {
        resolve(message);
      });
    });
  }
}
