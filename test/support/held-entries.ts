import { ModulesContainer } from '@nestjs/core';
import { LRUCache } from 'lru-cache';
import { EventEmitter } from 'node:events';
import { type Service } from './service.ts';

/**
 * How many objects, and entries of maps, sets and lists, can be reached from what Nest has made of the service. It says whether something
 * grows with what was done, and does not depend on when memory is collected. Objects of connections are left out.
 */
export function heldEntries({ app }: Pick<Service, 'app'>): number {
  const seen = new Set<unknown>();
  const waiting: unknown[] = [];
  for (const { providers } of app.get(ModulesContainer).values())
    for (const { instance } of providers.values()) waiting.push(instance);
  let held = 0;
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (one === null || typeof one !== 'object' || seen.has(one)) continue;
    if (one instanceof EventEmitter || ArrayBuffer.isView(one) || one instanceof ModulesContainer) continue;
    seen.add(one);
    held += 1;
    // Its own fields cannot be reached.
    if (one instanceof LRUCache) held += one.size;
    if (one instanceof Map || one instanceof Set) {
      held += one.size;
      waiting.push(...one.keys(), ...one.values());
    }
    const values = Object.values(Object.getOwnPropertyDescriptors(one)).map(({ value }) => value as unknown);
    held += values.length;
    waiting.push(...values);
  }
  return held;
}
