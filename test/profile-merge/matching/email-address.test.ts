import { describe, expect, it } from '@jest/globals';
import { emailDomain, sameEmail } from '../../../src/profile-merge/matching/email-address.ts';

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

  it('are read in linear time', () => {
    expect(emailDomain(`a@${'.'.repeat(1_000_000)}@`)).toBeNull();
  });
});
