import { describe, expect, it } from '@jest/globals';
import { emailDomain, sameEmail } from '../../../src/profile-merge/matching/email-address.ts';
import { isPublicProvider, registrableDomain, sameOwner } from '../../../src/profile-merge/matching/email-domains.ts';

describe('e-mail addresses', () => {
  it.each([
    ['Mickey@Mouse.com ', 'mickey@mouse.COM'],
    ['mickey@mouse.com\u200b', 'mickey@mouse.com'],
    ['mickey@bücher.example', 'mickey@xn--bcher-kva.example'],
  ])('%j and %j are one', (one, other) => {
    expect(sameEmail(one, other)).toBe(true);
  });

  it.each([
    ['mickey@mouse.com', 'minnie@mouse.com'],
    ['mickey@mouse.com', 'mickey@mail.mouse.com'],
    ['mic.key@gmail.com', 'mickey@gmail.com'],
    ['mickey+bills@gmail.com', 'mickey@gmail.com'],
  ])('%j and %j are two', (one, other) => {
    expect(sameEmail(one, other)).toBe(false);
  });

  it.each([
    ['billing@acme.com', 'acme.com'],
    [' Billing@ACME.Com. ', 'acme.com'],
    ['two words@acme.com', null],
    ['a@b@acme.com', null],
    ['acme.com', null],
    ['billing@acme', null],
    ['@acme.com', null],
    ['@', null],
    ['', null],
    [`a@${'a.'.repeat(200)}com`, null],
  ])('the domain of %j is %j', (email, domain) => {
    expect(emailDomain(email)).toBe(domain);
  });

  it('are read in time that grows with their length alone', () => {
    expect(emailDomain(`a@${'.'.repeat(1_000_000)}@`)).toBeNull();
  });
});

describe('e-mail domains', () => {
  it.each([
    ['acme.com', 'acme.com'],
    ['billing.eu.acme.com', 'acme.com'],
    ['acme.de', 'acme.de'],
    ['mail.acme.co.uk', 'acme.co.uk'],
    ['acme.com.au', 'acme.com.au'],
    ['mail.acme.or.jp', 'acme.or.jp'],
    ['contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'],
    ['mail.contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'],
    ['lincoln.k12.ca.us', 'lincoln.k12.ca.us'],
    ['co.uk', 'co.uk'],
  ])('of %j, %j was registered', (domain, registered) => {
    expect(registrableDomain(domain)).toBe(registered);
  });

  it.each([
    ['acme.co.uk', 'bolt.co.uk'],
    ['acme.com', 'acme.de'],
    ['acme.com', 'notacme.com'],
    ['contoso.onmicrosoft.com', 'fabrikam.onmicrosoft.com'],
  ])('%j and %j are two owners’', (one, other) => {
    expect(sameOwner(one, other)).toBe(false);
  });

  it.each(['gmail.com', 'googlemail.com', 'yahoo.co.jp', 'yahoo.fr', 'outlook.com', 'hotmail.co.uk', 'live.com.mx', 'icloud.com', 'gmx.de',
    'web.de', 'qq.com', '163.com', 'vip.163.com', 'mail.ru', 'yandex.ru', 'naver.com', 'orange.fr', 'libero.it', 'uol.com.br', 'rediffmail.com',
    'bigpond.com', 'proton.me', 'seznam.cz', 'wp.pl', 'docomo.ne.jp'])('%j says nothing of a company', (domain) => {
    expect(isPublicProvider(domain)).toBe(true);
  }); // prettier-ignore

  it.each(['acme.com', 'gmail.acme.com', 'yahoo.acme.co.uk', 'notgmail.com', 'live.events', 'mail.acme.ru'])(
    '%j says something of a company',
    (domain) => {
      expect(isPublicProvider(domain)).toBe(false);
    },
  );
});
