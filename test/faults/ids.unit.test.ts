import { expect, it } from '@jest/globals';
import { FAULTS } from './ids.ts';
import { idsIn, titlesBelow, titlesOf } from './titles.ts';

const root = new URL('..', import.meta.url).pathname;
const titles = titlesBelow(root);
const named = new Set(titles.flatMap(({ text }) => idsIn(text)));
const known = Object.keys(FAULTS);

it('every fault is named by the title of a test', () => {
  expect(known.filter((id) => !named.has(id))).toEqual([]);
});

it('no title names a fault that is not in the list', () => {
  const strange = titles.filter(({ text }) => idsIn(text).some((id) => !known.includes(id)));
  expect(strange).toEqual([]);
});

it('titles are found in each way a test is declared, and a skipped test proves nothing', () => {
  const source = `
    describe('one (F1)', () => {
      it('two (F2, W3)', () => run('no title (F3)'));
      it.each([['(F4)']])('three %s (F5)', () => {});
      it.skip('skipped (F6)', () => {});
      describe.each(ROWS)(\`four \${of} (F7)\`, () => {});
      it.skip.each(ROWS)('skipped (F8)', () => {});
      describe.skip('skipped (F9)', () => it('skipped with it (F10)', () => {}));
      describe.skip.each(ROWS)('skipped (F11)', () => it.each(ROWS)('skipped with it (F12)', () => {}));
      it.todo('not written (F13)');
      xit('skipped (F14)', () => {});
      xdescribe('skipped (F15)', () => it('skipped with it (F16)', () => {}));
      (HAS_BINARY ? describe : describe.skip)('where it can run', () => it('five (F17)', () => {}));
      (HAS_BINARY ? it : it.skip)('six, where it can run (F18)', () => {});
    });`;
  expect(titlesOf(source).flatMap(idsIn)).toEqual(['F1', 'F2', 'W3', 'F5', 'F7', 'F17', 'F18']);
});
