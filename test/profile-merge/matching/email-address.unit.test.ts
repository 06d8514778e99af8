import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emailAddresses, hostName, sameEmail } from '../../../src/profile-merge/matching/email-address.ts';

const domainsIn = (text: string): string[] => emailAddresses(text).map(({ domain }) => domain);

describe('e-mail addresses', () => {
  it.each([
    ['Mickey@Mouse.com ', 'mickey@mouse.COM'],
    ['mickey@mouse.com\u200b', 'mickey@mouse.com'],
    ['mickey@mouse.com\u200d', 'mickey@mouse.com'],
    ['mickey@bücher.example', 'mickey@xn--bcher-kva.example'],
    ['info@straße.de', 'info@xn--strae-oqa.de'],
    ['info@STRAẞE.de', 'info@straße.de'],
    ['info＠ｍｏｕｓｅ．ｃｏｍ', 'info@mouse.com'],
    ['Mickey <mickey@mouse.com>', 'mickey@mouse.com'],
    ['a@one.example; b@two.example', 'b@two.example, a@one.example'],
    ['a@one.example', 'a@one.example, A@one.example'],
    ['o’brien@one.example', "o'brien@one.example"],
    [' N/A', 'n/a'],
  ])('%j and %j are one (W6, C6)', (one, other) => {
    expect(sameEmail(one, other)).toBe(true);
  });

  it.each([
    ['mickey@mouse.com', 'minnie@mouse.com'],
    ['mickey@mouse.com', 'mickey@mail.mouse.com'],
    ['mic.key@gmail.com', 'mickey@gmail.com'],
    ['mickey+bills@gmail.com', 'mickey@gmail.com'],
    ['info@straße.de', 'info@strasse.de'],
    ['info@kıl.com', 'info@kil.com'],
    ['info@faß.at', 'info@fass.at'],
    ['weiß@one.example', 'weiss@one.example'],
    ['info@نامه\u200cای.com', 'info@نامهای.com'],
    ['a@one.example', 'a@one.example; b@two.example'],
    ['a?b@one.example', 'a@one.example'],
    ['n/a', 'none'],
  ])('%j and %j are two (W6)', (one, other) => {
    expect(sameEmail(one, other)).toBe(false);
  });

  it('are two whenever IDNA has two names for their domains (W6)', () => {
    const letter = fc.constantFrom(...'ß s ı i İ I ς σ É é Ж ж ø ö ο О o'.split(' '));
    const domain = fc.string({ unit: letter, minLength: 1, maxLength: 6 }).map((label) => `${label}x.example`);
    fc.assert(
      fc.property(domain, domain, (one, other) => {
        expect(sameEmail(`a@${one}`, `a@${other}`)).toBe(hostName(one) === hostName(other));
      }),
    );
  });

  it.each([
    ['billing@acme.com', ['acme.com']],
    [' Billing@ACME.Com. ', ['acme.com']],
    ['<ap@fairmont.example>', ['fairmont.example']],
    ['Ida Berg <ida@fairmont.example>', ['fairmont.example']],
    ['"Berg, Ida" <ida@fairmont.example>', ['fairmont.example']],
    ['ida@old.example <ida@fairmont.example>', ['fairmont.example']],
    ["'ap@fairmont.example'", ['fairmont.example']],
    ['"ap@fairmont.example"', ['fairmont.example']],
    ['„ap@fairmont.example“', ['fairmont.example']],
    ['«ap@fairmont.example»', ['fairmont.example']],
    ['(ap@fairmont.example)', ['fairmont.example']],
    ['[ap@fairmont.example]', ['fairmont.example']],
    ['ap@fairmont.example)', ['fairmont.example']],
    ['ap@fairmont.example;', ['fairmont.example']],
    ['ap@fairmont.example,', ['fairmont.example']],
    ['ap@fairmont.example/', ['fairmont.example']],
    ['ap@fairmont.example (Accounts)', ['fairmont.example']],
    ['mailto:ap@fairmont.example?subject=Invoice', ['fairmont.example']],
    ['email:ap@fairmont.example', ['fairmont.example']],
    ['"ida berg"@fairmont.example', ['fairmont.example']],
    ['"a@b"@fairmont.example', ['fairmont.example']],
    ['a@one.example, b@two.example', ['one.example', 'two.example']],
    ['a@one.example;b@two.example', ['one.example', 'two.example']],
    ['a@one.example b@two.example', ['one.example', 'two.example']],
    ['a@one.example\r\nb@two.example', ['one.example', 'two.example']],
    ['a@one.example | b@two.example', ['one.example', 'two.example']],
    ['A <a@one.example>, "B, C" <b@two.example>; c@three.example', ['one.example', 'two.example', 'three.example']],
    ['none, b@two.example', ['two.example']],
    ['a@one.example(Accounts)b@two.example', ['one.example', 'two.example']],
    [' a@one.example  b@two.example', ['one.example', 'two.example']],
    ['Ida < ida@one.example >', ['one.example']],
    ['Ida ＜ida＠one.example＞', ['one.example']],
    ['((ida.berg@one.example))', ['one.example']],
    ['id\u200ba@one.exam\u200bple', ['one.example']],
    ['ida@a\u200c\u200dé.example', ['xn--a-bga.example']],
    ['ap@fair\u200cmont.example\u200d', ['fairmont.example']],
    ['ap@bücher\u200c.example', ['xn--bcher-kva.example']],
  ])('in %j have the domains %j (C6)', (text, domains) => {
    expect(domainsIn(text)).toStrictEqual(domains);
  });

  it.each([
    'a@one.example@x', 'x"a b"@one.example', '"a b"@one.example@x', 'a@☕one.example', 'two words@acme.com', 'call a@one.example or b@two.example', 'a@b@acme.com', 'acme.com', 'billing@acme', '@acme.com', '@', '', 'n/a', 'a@', 'a@.', 'a@.com', 'a@com.', 'a@one..example',
    'a@.one.example', 'a@-one.example', 'a@one-.example', 'a@one.example-', 'a@one_two.example', 'a@one.example:25', 'a@one.123', 'a@192.0.2.1', 'a@[192.0.2.1]', 'a@[IPv6:2001:db8::1]',
    'a@2001:db8::1', 'a@１９２.0.2.1', 'a@(one.example', 'a@one/two.example', 'a@one.example<b', '.a@one.example', 'a.@one.example', 'a..b@one.example', 'a"b@one.example', 'a b"@one.example', 'http://a@one.example/x',
    '[a@one.example](mailto:a@one.example)', 'a＠', 'a@one.☕☕', 'a at one.example', `${'('.repeat(400)}a@one.example`, `${'a'.repeat(65)}@one.example`, `a@${'a'.repeat(64)}.example`, `a@${'a.'.repeat(200)}com`,
  ])('are none in %j (C6)', (text) => {
    expect(domainsIn(text)).toStrictEqual([]);
  }); // prettier-ignore

  it('have host names with a dot for domains, whatever the text (C6)', () => {
    const piece = fc.constantFrom(
      ...'a.@-_[]()<>"\';,:/\\ \u00e9\u200b\u200d1'.split(''),
      'one.example',
      '@one.',
      'xn--',
      'ß',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        for (const domain of domainsIn(pieces.join('')))
          expect(domain).toMatch(/^(?:[a-z\d]+(?:-+[a-z\d]+)*\.)+(?=[a-z\d-]*[a-z])[a-z\d]+(?:-+[a-z\d]+)*$/);
      }),
      { numRuns: 5000 },
    );
  });

  it('are not searched for in a long text, nor in a long word', () => {
    const after = (count: number, character: string): string[] => domainsIn(`${character.repeat(count)}a@one.example`);
    expect([after(9987, ' '), after(9988, ' ')]).toEqual([['one.example'], []]);
    expect([after(387, '('), after(388, '(')]).toEqual([['one.example'], []]);
  });

  it('have host names that may end with a dot, and joiners where they are part of a letter', () => {
    expect(hostName('one.example.')).toBe('one.example');
    expect(hostName('例え。テスト')).toBe('xn--r8jz45g.xn--zckzah');
    expect(hostName('bücher.example.')).toBe('xn--bcher-kva.example');
    const persian = hostName('نامه\u200cای.com');
    expect(persian).toMatch(/^xn--/);
    expect(domainsIn('info@نامه\u200cای.com')).toEqual([persian]);
  });

  it('are read in linear time', () => {
    for (const text of [`a@${'.'.repeat(1_000_000)}@`, `${'"'.repeat(9000)}@`, `${'<'.repeat(9000)}@`, `a@one.example${'/'.repeat(9000)}x`, `${'\u200c'.repeat(9000)}@`, `a@x${' '.repeat(9000)}@`])
      expect(domainsIn(text)).toStrictEqual([]);
  }); // prettier-ignore

  it('that is all of a text is the same as in brackets, which are always searched', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'é', '1', '_', '-', '+', '.', '@', ' '), maxLength: 70 });
    const address = fc.tuple(part, part).map((parts) => `${parts.join('@')}.com`);
    fc.assert(
      fc.property(fc.oneof(address, fc.emailAddress()), (text) => {
        expect(emailAddresses(text)).toStrictEqual(emailAddresses(`<${text}>`));
      }),
    );
  });
});
