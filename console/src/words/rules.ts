import { type Field } from '../reading/view.ts';
import { inSentence, sentence } from './names.ts';

/** The rule that chose a field's value, as a sentence. */
export function ruleOf({ rule, source }: Field): string {
  const name = source === null ? '' : inSentence(source);
  switch (rule) {
    case 'none':
      return 'No source has one.';
    case 'only-source':
      return sentence(`${name} alone has one.`);
    case 'agreed':
      return `All sources that have one agree. It is shown as ${name} writes it.`;
    case 'source-order':
      return `The sources differ. ${sentence(name)} wins, as it comes first in the order of the merge policy.`;
    case 'group':
      return `The merge policy takes this field and its group from one source: ${name} has most of them.`;
    case 'left-out':
      return 'Only sources that the merge policy leaves out have one, so none is shown.';
    default:
      return `The rule is ${rule}.`;
  }
}
