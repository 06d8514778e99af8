import { describe, expect, it } from '@jest/globals';
import { IsOptional, Matches, MaxLength } from 'class-validator';
import { InputCheck } from '../../src/problems/input-check.ts';
import { Problem } from '../../src/problems/problem.ts';

class Sent {
  id = '0';
  name: string | undefined = undefined;
  other: unknown = 'as it is';
}
Matches(/^\d+$/, { message: 'must be digits' })(Sent.prototype, 'id');
Matches(/^[a-z]+$/, { message: 'must be small letters' })(Sent.prototype, 'name');
MaxLength(3, { message: 'must be short' })(Sent.prototype, 'name');
IsOptional()(Sent.prototype, 'name');

const ALLOWED = 'unknown name; allowed: id, name, other';
const checked = (sent: unknown, pick?: boolean): readonly [Sent, InputCheck['issues']] => {
  const check = new InputCheck();
  return [check.values(Sent, 'query', sent, pick), check.issues];
};
const values = (more: object = {}): Sent => Object.assign(new Sent(), more);

describe('the values of a place', () => {
  it.each([
    [{}, {}],
    [{ id: '7' }, { id: '7' }],
    [
      { id: '7', name: 'a', other: [1] },
      { id: '7', name: 'a', other: [1] },
    ],
    [{ id: undefined }, {}],
    [{ name: null }, { name: null }],
  ])('are those that were sent, with the defaults of the others: %j', (sent, read) => {
    expect(checked(sent)).toStrictEqual([values(read), []]);
  });

  it('are the defaults where they are wrong, each with its issue', () => {
    expect(checked({ id: 'zq7', name: 'ZQ7', other: 1 })).toStrictEqual([
      values({ other: 1 }),
      [
        { in: 'query', name: 'id', detail: 'must be digits' },
        { in: 'query', name: 'name', detail: 'must be small letters' },
      ],
    ]);
  });

  it('may break several rules at once', () => {
    const [, issues] = checked({ name: 'ZQ77' });
    expect(issues.map(({ detail }) => detail.split('; ').sort())).toStrictEqual([
      ['must be short', 'must be small letters'],
    ]);
  });

  it('have no other names, unless they are picked', () => {
    const issue = { in: 'query', detail: ALLOWED };
    expect(checked({ id: '7', zq7: 1, constructor: 1 })).toStrictEqual([values({ id: '7' }), [issue]]);
    expect(checked({ id: '7', zq7: 1 }, true)).toStrictEqual([values({ id: '7' }), []]);
  });

  it.each([undefined, null, 'zq7', 7, [], [{ id: '7' }]])('are the members of an object, not of %j', (sent) => {
    expect(checked(sent)).toStrictEqual([
      values(),
      [{ in: 'query', detail: 'must be an object with: id, name, other' }],
    ]);
  });

  it('change no prototype', () => {
    const [read, issues] = checked(JSON.parse('{"__proto__":{"id":"7"}}'));
    expect(read.id).toBe('0');
    expect(Object.getPrototypeOf(read)).toBe(Sent.prototype);
    expect(issues).toStrictEqual([{ in: 'query', detail: ALLOWED }]);
  });
});

describe('a body', () => {
  const read = (sent: unknown): readonly unknown[] => {
    const check = new InputCheck();
    return [check.body(sent, ['a', 'b']), check.issues];
  };

  it('is an object with these members', () => {
    expect(read({ a: 1 })).toStrictEqual([{ a: 1 }, []]);
    expect(read({ a: 1, zq7: 2 })).toStrictEqual([
      { a: 1, zq7: 2 },
      [{ in: 'body', detail: 'unknown name; allowed: a, b' }],
    ]);
    for (const sent of [undefined, null, 'zq7', []])
      expect(read(sent)).toStrictEqual([{}, [{ in: 'body', detail: 'must be an object with: a, b' }]]);
  });
});

describe('the issues of a request', () => {
  it('are all in one problem, which names each place once', () => {
    const check = new InputCheck();
    check.noQuery({});
    check.assertValid();
    check.noQuery({ zq7: '1' });
    check.report({ in: 'body', name: 'a', detail: 'one' }, { in: 'body', name: 'a', detail: 'two' });
    check.values(Sent, 'path', { id: 'x' });
    const errors = [
      { in: 'query', detail: 'this route takes no query parameters' },
      { in: 'body', name: 'a', detail: 'one' },
      { in: 'body', name: 'a', detail: 'two' },
      { in: 'path', name: 'id', detail: 'must be digits' },
    ];
    expect(check.issues).toStrictEqual(errors);
    const problem = new Problem('invalid_request', 'Not valid: query, body a, path id. See errors for the rules.');
    const assertValid = (): void => {
      check.assertValid();
    };
    expect(assertValid).toThrow(problem);
    try {
      assertValid();
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_request', more: { errors } });
    }
  });
});
