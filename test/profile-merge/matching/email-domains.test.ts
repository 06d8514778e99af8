import { describe, expect, it } from '@jest/globals';
import { isPublicProvider, registrableDomain, sameOwner } from '../../../src/profile-merge/matching/email-domains.ts';
import { PUBLIC_EMAIL_PROVIDERS } from '../../../src/profile-merge/matching/public-email-providers.ts';

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
    ['contoso.mail.onmicrosoft.com', 'contoso.onmicrosoft.com'],
    ['mail.contoso.mail.onmicrosoft.com', 'contoso.onmicrosoft.com'],
    ['mail.onmicrosoft.com', 'mail.onmicrosoft.com'],
    ['onmicrosoft.com', 'onmicrosoft.com'],
    ['mail.acme.wixsite.com', 'acme.wixsite.com'],
    ['mail.acme.invalid', 'acme.invalid'],
    ['co.uk', 'co.uk'],
    ['192.0.2.1', '192.0.2.1'],
    ['[192.0.2.1]', '[192.0.2.1]'],
    ['acme..com', 'acme..com'],
  ])('in %j the owner registered %j', (domain, registered) => {
    expect(registrableDomain(domain)).toBe(registered);
  });

  it.each([
    'adv.br', 'med.br', 'kiev.ua', 'waw.pl', 'biz.pl', 'uk.com', 'us.com', 'co.com', 'sa.com', 'tokyo.jp', 'in.th', 'biz.tr', 'bj.cn',
    'msk.ru', 'biz.vn', 'law.za', 'co.uk', 'com.au', 'k12.ca.us', 'eu.org', 'wixsite.com', 'myshopify.com', 'herokuapp.com', 'github.io',
    's3.amazonaws.com', 'onmicrosoft.com', 'mail.onmicrosoft.com', 'onmicrosoft.us', 'partner.onmschina.cn', 'zendesk.com',
    'freshdesk.com', 'odoo.com', 'atlassian.net',
  ])('two names below %s have two owners', (suffix) => {
    expect(sameOwner(`acme.${suffix}`, `rival.${suffix}`)).toBe(false);
    expect(sameOwner(`mail.acme.${suffix}`, `mail.rival.${suffix}`)).toBe(false);
    expect(sameOwner(`acme.${suffix}`, `mail.acme.${suffix}`)).toBe(true);
  }); // prettier-ignore

  it.each([
    ['acme.co.uk', 'bolt.co.uk'],
    ['acme.com', 'acme.de'],
    ['acme.com', 'notacme.com'],
    ['contoso.onmicrosoft.com', 'fabrikam.onmicrosoft.com'],
  ])('%j and %j have two owners', (one, other) => {
    expect(sameOwner(one, other)).toBe(false);
  });

  it.each(['gmail.com', 'googlemail.com', 'yahoo.co.jp', 'yahoo.fr', 'outlook.com', 'hotmail.co.uk', 'live.com.mx', 'icloud.com', 'gmx.de',
    'web.de', 'qq.com', '163.com', 'vip.163.com', 'mail.ru', 'yandex.ru', 'naver.com', 'orange.fr', 'libero.it', 'uol.com.br', 'rediffmail.com',
    'bigpond.com', 'proton.me', 'seznam.cz', 'wp.pl', 'docomo.ne.jp'])('%j says nothing about a company', (domain) => {
    expect(isPublicProvider(domain)).toBe(true);
  }); // prettier-ignore

  it('are public at every provider in the list, and below it', () => {
    const missed = [...PUBLIC_EMAIL_PROVIDERS].filter(
      (name) => !isPublicProvider(name) || !isPublicProvider(`mail.${name}`),
    );
    expect(missed).toStrictEqual([]);
  });

  it.each([
    'acme.com',
    'gmail.acme.com',
    'yahoo.acme.co.uk',
    'notgmail.com',
    'live.events',
    'mail.acme.ru',
    'live.wixsite.com',
  ])('%j says something about a company', (domain) => {
    expect(isPublicProvider(domain)).toBe(false);
  });
});
