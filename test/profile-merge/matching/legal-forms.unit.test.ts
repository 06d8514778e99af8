import { describe, expect, it } from '@jest/globals';
import { formsAtBothEnds, splitLegalForm } from '../../../src/profile-merge/matching/legal-forms.ts';

const split = (name: string): readonly string[] => {
  const { leading, stem, trailing } = splitLegalForm(name);
  return [leading, stem, trailing];
};

describe('a normalised name is split', () => {
  it.each([
    ['oy karl fazer ab', ['oy', 'karl fazer', 'ab']],
    ['oy st. karl', ['oy', 'st. karl', '']],
    ['fairmont s. p. a.', ['', 'fairmont', 's. p. a.']],
    ['fairmont sp. z o.o.', ['', 'fairmont', 'sp. z o.o.']],
    ['株式会社toyota', ['株式会社', 'toyota', '']],
    ['toyota株式会社', ['', 'toyota', '株式会社']],
  ])('%s', (name, parts) => {
    expect(split(name)).toEqual(parts);
  });

  it.each(['oy ab', '株式会社', 'gmbh', '. gmbh'])('and something is left: %s', (name) => {
    expect(splitLegalForm(name).stem).not.toBe('');
  });

  it('only where a word begins or ends, unless it is written without spaces', () => {
    expect(split('oyster bar')).toEqual(['', 'oyster bar', '']);
    expect(split('oyx bar')).toEqual(['', 'oyx bar', '']);
    expect(split("oy'x bar")).toEqual(['oy', "'x bar", '']);
    expect(split('東京gmbh')).toEqual(['', '東京gmbh', '']);
    expect(split('plan a b')).toEqual(['', 'plan a b', '']);
  });

  it('not at "and Co", which is part of a name', () => {
    for (const name of ['smith and co', 'smith and company', 'smith and inc', 'müller und co', 'sørensen og co'])
      expect(split(name)).toEqual(['', name, '']);
    expect(split('weber und sohn co')).toEqual(['', 'weber und sohn', 'co']);
    expect(split('weber und gmbh and co kg')[2]).toBe('gmbh and co kg');
  });
});

describe('the legal forms of a spelling', () => {
  const forms = (leading: string, trailing: string): string[] => [...formsAtBothEnds(leading, trailing)].toSorted();
  const polish = forms('', 'sp. z o.o.');
  const german = forms('', 'gmbh');

  it('are those of the same letters with dots and spaces elsewhere', () => {
    expect(polish).not.toEqual([]);
    expect(forms('', 'sp.zo.o.')).toEqual(polish);
    expect(german).toContain('DE GmbH');
    // Written so, it is listed for these two.
    expect(forms('', 'g. m. b. h.')).toEqual(['AT GmbH', 'DE GmbH']);
    expect(forms('', 'g m. bh')).toEqual(expect.arrayContaining(german));
    expect(forms('', 's p.a.')).toEqual(forms('', 's.p.a.'));
  });

  it('are none where a word has no dots: a spelling with dots is no word', () => {
    expect(forms('', 's.p.a.')).not.toEqual([]);
    for (const word of ['spa', 's pa', 'a b', '']) expect(forms('', word)).toEqual([]);
  });
});
