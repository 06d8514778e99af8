import { type Explanation } from '../reading/view.ts';
import { listOf, nameOf, sentence } from './names.ts';

const VERDICTS: Readonly<Record<Explanation['identity']['verdict'], string>> = {
  consistent: 'All sources seem to speak of one company.',
  suspicious: 'Some sources may speak of another company. Look at the differences before you act.',
  contradictory: 'The sources seem to speak of different companies. Nothing of what was compared agrees.',
  unknown: 'There is nothing to compare, so whether all sources speak of one company is not known.',
};
const EVIDENCE = /^(.+): reseller and (\S+) (agree|differ)$/;

/** The verdict as a sentence, and a sentence for each kind of evidence. */
export function identityOf({ verdict, evidence }: Explanation['identity']): {
  readonly verdict: string;
  readonly evidence: readonly string[];
} {
  const sources = new Map<string, string[]>();
  const others: string[] = [];
  for (const item of evidence) {
    const [, what = '', source = '', verb = ''] = EVIDENCE.exec(item) ?? [];
    if (source === '') others.push(item);
    else sources.set(`${what} ${verb}`, [...(sources.get(`${what} ${verb}`) ?? []), nameOf(source)]);
  }
  const sentences = [...sources].map(([key, names]) => {
    const [what, verb] = [key.slice(0, key.lastIndexOf(' ')), key.slice(key.lastIndexOf(' ') + 1)];
    const verbs = verb === 'agree' ? 'agrees with' : 'differs from';
    return `${sentence(`the ${what}`)} in the reseller account ${verbs} the one in ${listOf(names, 4)}.`;
  });
  return { verdict: VERDICTS[verdict], evidence: [...sentences, ...others] };
}
