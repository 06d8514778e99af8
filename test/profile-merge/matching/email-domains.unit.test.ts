import { describe, expect, it } from '@jest/globals';
import { companyDomain, registrableDomain, sameOwner } from '../../../src/profile-merge/matching/email-domains.ts';
import {
  CERTIFIED_MAIL,
  DISPOSABLE_MAIL,
  GROUP_MAIL,
  INVOICE_INBOXES,
} from '../../../src/profile-merge/matching/shared-domains/business-mail.ts';
import { CONSUMER_MAIL } from '../../../src/profile-merge/matching/shared-domains/consumer-mail.ts';
import { PLACEHOLDER_DOMAINS } from '../../../src/profile-merge/matching/shared-domains/reserved-domains.ts';

const isShared = (domain: string): boolean => companyDomain(domain, []) === null;

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
    ['.mail.acme.com', '.mail.acme.com'],
    ['mail.acme.com.', 'mail.acme.com.'],
  ])('in %j the owner registered %j', (domain, registered) => {
    expect(registrableDomain(domain)).toBe(registered);
  });

  it.each([
    'adv.br', 'med.br', 'kiev.ua', 'waw.pl', 'biz.pl', 'uk.com', 'us.com', 'co.com', 'sa.com', 'tokyo.jp', 'in.th', 'biz.tr', 'bj.cn',
    'msk.ru', 'biz.vn', 'law.za', 'co.uk', 'com.au', 'k12.ca.us', 'eu.org', 'wixsite.com', 'myshopify.com', 'herokuapp.com', 'github.io',
    's3.amazonaws.com', 'onmicrosoft.com', 'onmicrosoft.de', 'mail.onmicrosoft.com', 'onmicrosoft.us', 'partner.onmschina.cn', 'zendesk.com',
    'freshdesk.com', 'odoo.com', 'atlassian.net', 'netsuite.com', 'my.salesforce.com', 'sandbox.my.salesforce.com', 'sharepoint.com', 'slack.com', 'bamboohr.com',
    'zohodesk.com', 'zohodesk.eu', 'service-now.com', 'personio.de', 'jimdosite.com', 'webnode.page',
    'gorgias.com', 'wordpress.com', 'squarespace.com', 'weebly.com', 'jimdo.com', 'jimdofree.com', 'ucoz.ru', 'tilda.ws', 'co.uk.com',
  ])('two names below %s have two owners (W7)', (suffix) => {
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
    'bigpond.com', 'proton.me', 'seznam.cz', 'wp.pl', 'docomo.ne.jp', 'zoho.com', 'e-mail.de', 'onlinehome.de', 'jubii.dk', 'inbox.lt', 'iol.pt', 'in.gr',
    // certified mail, inboxes that read invoices, groups, relays
    'pec.it', 'legalmail.it', 'anna.legalmail.it', 'arubapec.it', 'postecert.it', 'de-mail.de', 't-online.de-mail.de', 'avidbill.com', 'xerofiles.com', 'app.hubdoc.com', 'googlegroups.com',
    'privaterelay.appleid.com', 'mailinator.com', 'hs01.kep.tr', 'registeredemail.eu', 'cert.cna.it', 'pec.agritel.it', 'odcecmilano.it', 'milano.ordineavvocati.it',
    'ocr.xero.com', 'hubdoc.com', 'upload.dext.com', 'invoices.melio.com', 'ap.airbase.com', 'invoice.airbase.io', 'in.lightyear.cloud', 'email.getinvoiced.com', 'lists.sourceforge.net', 'nhs.net',
    // reserved, placeholders
    'example.com', 'example.net', 'example.org', 'example.co.uk', 'mail.example.com', 'acme.test', 'anna.com.test', 'acme.localhost', 'acme.invalid', 'mail.acme.invalid', 'gmail.com.invalid',
    'acme.local', 'acme.internal', 'acme.onion', 'a.a', 'none.none', 'webmail.com', 'netscape.com', 'hushmail.com', 'tiscali.com', 'acme.con', 'none.com', 'noemail.com', 'noemail.de', 'yourcompany.com',
    // a registry's
    'co.uk', 'uk.com', 'wixsite.com'])('%j says nothing about a company (C7)', (domain) => {
    expect(isShared(domain)).toBe(true);
  }); // prettier-ignore

  it('say nothing at every name in the lists, and below it (C7)', () => {
    const lists = [CONSUMER_MAIL, CERTIFIED_MAIL, INVOICE_INBOXES, GROUP_MAIL, DISPOSABLE_MAIL, PLACEHOLDER_DOMAINS];
    const missed = lists.flat().filter((name) => !isShared(name) || !isShared(`mail.${name}`));
    expect(missed).toStrictEqual([]);
    expect(lists.flat().filter((name) => !/^[a-z\d-]+(\.[a-z\d-]+)+$/.test(name))).toStrictEqual([]);
  });

  it.each([
    'acme.com',
    'gmail.acme.com',
    'pec.acme.it',
    'yahoo.acme.co.uk',
    'notgmail.com',
    'live.events',
    'none.acme.com',
    'mail.acme.ru',
    'live.wixsite.com',
    'acme.uk.com',
    'acme.example',
    'pay.acme.example',
    'pay.ab.example',
    'acme.com.invalid.de',
    'acme.com.examples.de',
    'airbase.com',
    'dext.com',
    'xero.com',
  ])('%j says something about a company', (domain) => {
    expect(companyDomain(domain, [])).toBe(domain);
  });

  it.each([
    ['anna.com.invalid', 'anna.com'],
    ['mail.anna.co.uk.invalid.invalid', 'mail.anna.co.uk'],
    ['anna.com.example', 'anna.com'],
    ['anna.de.example', 'anna.de'],
    ['anna.example.invalid', 'anna.example'],
  ])('%j is the company’s %j, kept from real mail (C7)', (domain, real) => {
    expect(companyDomain(domain, [])).toBe(real);
    expect(sameOwner(companyDomain(domain, []) ?? '', companyDomain(domain.replace('anna', 'bruno'), []) ?? '')).toBe(
      false,
    );
  });

  it('say nothing when the operator has them on the list, nor do those below them (C7)', () => {
    expect(companyDomain('acme.com', ['acme.com'])).toBeNull();
    expect(companyDomain('mail.acme.com', ['acme.com'])).toBeNull();
    expect(companyDomain('acme.com', ['mail.acme.com'])).toBe('acme.com');
    expect(companyDomain('notacme.com', ['acme.com'])).toBe('notacme.com');
    expect(companyDomain('acme.com', ['com'])).toBe('acme.com');
  });
});
