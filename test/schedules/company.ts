import fc from 'fast-check';
import { one } from './choices.ts';
import { type Company } from './schedule.ts';

const plain: Company = {
  names: ['Nordwind Harbour Tools', 'Nordwind Harbour Tools'],
  emails: ['rosa@nordwind-tools.com', 'ledger@nordwind-tools.com'],
  reference: '"cus_77"',
  isOne: true,
  shown: 0,
};
const atDomains = (ours: string, theirs: string): Company['emails'] => [`rosa@${ours}`, `ledger@${theirs}`];

/** Domains of two owners whose letters look or are folded alike, and one domain in its two encodings. */
const letters = one(
  ...[['straße', 'strasse'], ['weiß-und-co', 'weiss-und-co'], ['kıl-boru', 'kil-boru'], ['ışık', 'isik']] as const,
).chain(([ours, theirs]) => {
  const encoded = new URL(`http://${ours}.de`).hostname;
  return one<Company[]>(
    { ...plain, emails: atDomains(`${ours}.de`, `${theirs}.de`), isOne: false },
    { ...plain, emails: atDomains(`${ours}.de`, encoded) },
  );
}); // prettier-ignore

/** Below each, registries or hosts give names to whoever asks. */
const SUFFIXES = [
  'adv.br', 'med.br', 'kiev.ua', 'waw.pl', 'biz.pl', 'uk.com', 'us.com', 'co.com', 'sa.com', 'tokyo.jp', 'in.th', 'biz.tr', 'bj.cn',
  'msk.ru', 'biz.vn', 'law.za', 'eu.org', 'wixsite.com', 'co.uk', 'com.au',
] as const; // prettier-ignore
const owners = one(...SUFFIXES).chain((suffix) =>
  one<Company[]>(
    { ...plain, emails: atDomains(`silva.${suffix}`, `souza.${suffix}`), isOne: false },
    { ...plain, emails: atDomains(`silva.${suffix}`, `mail.silva.${suffix}`) },
  ),
);

/** Two forms of companies of one country each. */
const TWO_FORMS = [
  ['KG', 'OHG'], ['KG', 'e.K.'], ['GmbH', 'AG'], ['Oy', 'Oyj'], ['LP', 'LLP'], ['SARL', 'EURL'], ['AS', 'ASA'],
  ['S.A. de C.V.', 'S. de R.L. de C.V.'], ['Pvt Ltd', 'LLP'], ['ЗАО', 'ПАО'],
] as const; // prettier-ignore
/** One form in two spellings, or in the two places where it is written. */
const ONE_FORM = [
  ['AB Lindgren', 'Lindgren AB'], ['AB Lindgren', 'Lindgren'], ['A/S Dansk Olie', 'Dansk Olie A/S'], ['SIA Latvijas Koks', 'Latvijas Koks'],
  ['PT Angin Jaya', 'Angin Jaya'], ['Nordwind GmbH', 'Nordwind'], ['Skoda, a. s.', 'Skoda, akciová společnost'],
] as const; // prettier-ignore
const forms = fc.oneof(
  one(...TWO_FORMS).map(([ours, theirs]): Company => ({ ...plain, names: [`Nordwind ${ours}`, `Nordwind ${theirs}`], isOne: false })),
  one(...ONE_FORM).map((names): Company => ({ ...plain, names })),
); // prettier-ignore

/** Names of characters that nobody sees, and numbers of more digits than a double keeps. */
const unseen = one('\u200b', '\u2060', '\u3164').map((name): Company => ({
  ...plain,
  names: [name, plain.names[1]],
  shown: 1,
}));
const numbers = one('12345678901234567890', '9007199254740993', '1e21', '4711').map((reference): Company => ({
  ...plain,
  reference,
}));

/** A company that is easily taken for another, or its values for others. */
export const company: fc.Arbitrary<Company> = fc.oneof(letters, owners, forms, unseen, numbers);
