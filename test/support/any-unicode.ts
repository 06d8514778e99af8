import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };
const anyCharacter = fc
  .nat(0x10ffff - SURROGATES.count)
  .map((at) => String.fromCodePoint(at < SURROGATES.from ? at : at + SURROGATES.count));

/** Text of any characters of Unicode, as by the library's `binary`, which first spends most of a second on listing them all. */
export const anyUnicode = (maxLength?: number): fc.Arbitrary<string> =>
  fc.string({ unit: anyCharacter, ...(maxLength === undefined ? {} : { maxLength }) });
