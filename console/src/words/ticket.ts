import { type CustomerView } from '../reading/view.ts';
import { visible } from './differences.ts';
import { rowsOf } from './field-rows.ts';
import { headlineOf, titleOf } from './headline.ts';
import { identityOf } from './identity.ts';
import { FIELDS, nameOf } from './names.ts';
import { ruleOf } from './rules.ts';
import { reasonOf, standingOf } from './states.ts';
import { isoTime } from './times.ts';

/** The explanation as plain text for a ticket. It holds values only if the page shows them. */
export function ticketOf(view: CustomerView): string {
  const { explanation, customerId, at } = view;
  const identity = identityOf(explanation.identity);
  return [
    `${visible(titleOf(view))} (customer ${customerId}), ${isoTime(at)}`,
    headlineOf(view, at),
    explanation.valuesShown ? '' : 'Values are hidden: equal placeholders stand for equal values.',
    '',
    'Sources',
    ...explanation.parts.map((part) => {
      const { word } = standingOf(part);
      return [`- ${nameOf(part.source)}: ${word}.`, ...reasonOf(part, at)].join(' ');
    }),
    '',
    'Fields',
    ...FIELDS.flatMap(([field, name]) => [
      `- ${name}: ${ruleOf(explanation.fields[field])}`,
      ...rowsOf(field, explanation).map(({ sources, text, kind }) => {
        const who = sources.map(nameOf).join(', ');
        return `  - ${who}: ${visible(text)}${kind === 'winner' ? ' (shown)' : kind === 'differs' ? ' (differs)' : ''}`;
      }),
    ]),
    '',
    'Identity',
    `- ${identity.verdict}`,
    ...identity.evidence.map((text) => `- ${text}`),
    '',
    `Merge policy ${explanation.policy}`,
  ].join('\n'); // prettier-ignore
}
