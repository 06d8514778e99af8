import { normaliseText } from './normalise.ts';

/**
 * Legal forms by kind, as company names end with them (or, in some countries, begin). All spellings of a kind mean one form.
 * A spelling that is listed only with dots is an ordinary word without them ("Royal Day Spa" is no S.p.A.).
 */
const SPELLINGS = {
  incorporated: 'inc | incorporated | corp | corporation | co | company | incorporation',
  limited:
    'ltd | limited | co ltd | company limited | pty ltd | pty limited | (pty) ltd | (pty) limited | pte ltd | pte limited | (pte) ltd | pvt ltd | pvt limited | private limited | private ltd | (pvt) ltd | (private) limited | p ltd | (p) ltd | ltd co | ltd company',
  'public limited': 'plc | public limited company | public company limited | pcl | co pcl',
  'limited liability': 'llc | l.l.c. | limited liability company | wll | fz llc | fze',
  partnership: 'llp | limited liability partnership | lp | limited partnership | lllp | pllc | p.c.',
  gmbh: 'gmbh | ggmbh | ges.m.b.h. | gesmbh | mbh | gesellschaft mit beschränkter haftung | gesellschaft mbh',
  'gmbh & co': 'gmbh and co kg | gmbh and co kgaa | gmbh and cokg | gmbh co kg | ag and co kg | ug and co kg',
  ug: 'ug | ug (haftungsbeschränkt) | ug haftungsbeschränkt | unternehmergesellschaft',
  ag: 'ag | a.g. | aktiengesellschaft',
  kg: 'kg | k.g. | kgaa | ohg | o.h.g. | e.k. | e.kfm. | kommanditgesellschaft',
  'e.v.': 'e.v. | e.g.',
  se: 'se | s.e. | societas europaea',
  sa: 's.a. | sa | s/a | société anonyme | sociedad anónima | sociedade anónima',
  sas: 'sas | s.a.s. | sasu | s.a.s.u.',
  sarl: 'sarl | s.a.r.l. | s.à r.l. | sàrl | eurl | e.u.r.l. | s.à.r.l.',
  'sa de cv': 'sa de cv | s.a. de c.v. | s de rl de cv | s. de r.l. de c.v. | sapi de cv | s.a.p.i. de c.v. | s de rl',
  sl: 's.l. | sl | slu | s.l.u. | sociedad limitada',
  ltda: 'ltda | lda | limitada | eireli',
  spa: 's.p.a. | società per azioni',
  srl: 'srl | s.r.l. | srls | s.r.l.s.',
  bv: 'bv | b.v. | bvba | besloten vennootschap',
  nv: 'nv | n.v. | naamloze vennootschap',
  vof: 'vof | v.o.f. | c.v.',
  ab: 'ab | a.b. | aktiebolag | (publ) ab | ab (publ)',
  hb: 'hb | handelsbolag',
  as: 'as | a/s | a.s. | asa | aksjeselskap | aktieselskab',
  aps: 'aps | ap/s | anpartsselskab',
  oy: 'oy | oyj | o.y. | oy ab | osakeyhtiö',
  hf: 'ehf | hf',
  oü: 'oü | osaühing',
  uab: 'uab',
  sia: 'sia | s.i.a.',
  'sp. z o.o.':
    'sp. z o.o. | sp. z o. o. | sp z oo | sp. z.o.o. | spółka z o.o. | spółka z ograniczoną odpowiedzialnością',
  'sp. k.': 'sp. k. | sp.k. | sp. j. | sp.j.',
  'a.s.': 'akciová společnost | akciova spolocnost',
  's.r.o.': 's.r.o. | sro | s r.o. | spol. s r.o. | spol. s r. o.',
  kft: 'kft | k.f.t.',
  rt: 'zrt | nyrt',
  'd.o.o.': 'd.o.o. | doo | j.d.o.o.',
  'd.d.': 'd.d. | a.d.',
  eood: 'eood | ood | еоод | оод',
  ooo: 'ооо | ooo | тов | общество с ограниченной ответственностью',
  ao: 'ао | оао | зао | пао | нао | oao | zao | pao',
  'a.ş.': 'a.ş. | aş | anonim şirketi',
  'ltd. şti.': 'ltd. şti. | ltd şti | limited şirketi',
  ae: 'α.ε. | αε | a.e. | ε.π.ε. | επε | ι.κ.ε. | ικε',
  bhd: 'sdn bhd | sdn. bhd. | bhd | berhad | sendirian berhad',
  tbk: 'tbk',
  kk: 'kk | k.k. | kabushiki kaisha | kabushiki gaisha | 株式会社 | (株)',
  yk: 'yk | y.k. | yugen kaisha | 有限会社 | (有)',
  gk: 'gk | g.k. | godo kaisha | 合同会社',
  'limited (china)': '有限公司 | 有限责任公司 | 有限責任公司',
  'joint stock (china)': '股份有限公司',
  'jusik hoesa': '주식회사 | (주)',
  'yuhan hoesa': '유한회사 | (유)',
} as const satisfies Record<string, string>;

export type LegalForm = keyof typeof SPELLINGS;

interface Spelling {
  readonly form: LegalForm;
  readonly needsDots: boolean;
}

/** By the spelling without dots. */
const BY_SPELLING: ReadonlyMap<string, Spelling> = spellings();

/** How many words the longest spelling has, "sp. z o. o." and the like counted letter by letter. */
export const MAX_WORDS = 6;

const LAST_WORDS: ReadonlySet<string> = new Set(
  [...BY_SPELLING.keys()].map((spelling) => spelling.split(' ').at(-1) ?? ''),
);

/** Whether a name with this last word, its full stop taken away, can end with a legal form; a quick no for most names. */
export const mayEndLegalForm = (lastWord: string): boolean =>
  lastWord.length === 1 || lastWord.includes('.') || LAST_WORDS.has(lastWord);

/** Forms that are written without a space before or after the name; longest first. */
export const JOINED_LEGAL_FORMS: readonly string[] = [...BY_SPELLING.keys()]
  .filter((spelling) => /[\p{Script=Han}\p{Script=Hangul}]/u.test(spelling))
  .sort((one, other) => other.length - one.length);

/** Forms that stand before the name in their country. */
export const LEADING_LEGAL_FORMS: ReadonlySet<LegalForm> = new Set(['ooo', 'ao', 'uab', 'oü', 'eood']);

/** One spelling of this form. */
export const spellingOf = (form: LegalForm): string => SPELLINGS[form].split(' | ')[0] ?? form;

/** @param words of a normalised name, such as "s. p. a." */
export function legalFormOf(words: string): LegalForm | null {
  const isDotted = words.includes('.');
  // "s. p. a." is "s.p.a.", but "plan a b" is no "plan ab".
  const spelling =
    BY_SPELLING.get(words.replaceAll('.', '')) ?? (isDotted ? BY_SPELLING.get(words.replace(/[. ]/g, '')) : undefined);
  return spelling && (isDotted || !spelling.needsDots) ? spelling.form : null;
}

function spellings(): ReadonlyMap<string, Spelling> {
  const all = new Map<string, Spelling>();
  const add = (spelling: string, form: LegalForm, needsDots: boolean): void => {
    if (all.get(spelling)?.needsDots ?? true) all.set(spelling, { form, needsDots });
  };
  for (const [form, listed] of Object.entries(SPELLINGS) as [LegalForm, string][])
    for (const spelling of listed.split(' | ').map(normaliseText)) {
      add(spelling.replaceAll('.', ''), form, spelling.includes('.'));
      add(spelling.replace(/[. ]/g, ''), form, spelling.includes('.') || spelling.includes(' '));
    }
  return all;
}
