import { expect, it } from '@jest/globals';
import { areSigningKeys, SIGNING_KEY } from '../../src/config/signing-key-list.ts';

const BYTES = Buffer.alloc(32, 1).toString('base64');

it.each([
  [[`a:${BYTES}`], true],
  [[`a:${BYTES}`, `b:public:${BYTES}`], true],
  [[`a:${BYTES}`, `b:${BYTES}`], true],
  [[], true],
  [[`a:public:${BYTES}`], false],
  [[`a:public:${BYTES}`, `b:${BYTES}`], false],
  [[`a:${BYTES}`, `a:public:${BYTES}`], false],
  [[`a:${BYTES}`, 'b'], false],
  [['b', `a:${BYTES}`], false],
])('%j are signing keys: %s', (items, are) => {
  expect(areSigningKeys(items)).toBe(are);
});

it.each(['a', '2026-01_x', 'x'.repeat(64)])('the id of a key may be %s', (id) => {
  expect(SIGNING_KEY.exec(`${id}:public:${BYTES}`)?.slice(1)).toStrictEqual([id, 'public:', BYTES]);
});

it.each([
  `:${BYTES}`,
  `${'x'.repeat(65)}:${BYTES}`,
  `a.b:${BYTES}`,
  ` a:${BYTES}`,
  `a:${BYTES}\n`,
  `a:private:${BYTES}`,
  `a:${BYTES.slice(1)}`,
  `a:A${BYTES}`,
  `a:${BYTES.slice(0, -1)}A`,
  `a:-${BYTES.slice(1)}`,
])('%j is no key', (item) => {
  expect(SIGNING_KEY.test(item)).toBe(false);
});
