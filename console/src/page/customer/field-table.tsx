import { type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type CustomerView } from '../../reading/view.ts';
import { differingPart } from '../../words/differences.ts';
import { type FieldRow, rowsOf } from '../../words/field-rows.ts';
import { FIELDS, nameOf } from '../../words/names.ts';
import { ruleOf } from '../../words/rules.ts';
import { clockTime, wholeTime } from '../../words/times.ts';
import { Value, VisuallyHidden } from '../value.tsx';

/** What each source says of each field, and which value is shown. */
export function FieldTable({ view }: { readonly view: CustomerView }): VNode {
  const { explanation, at } = view;
  const table = useRef<HTMLTableElement>(null);
  useEffect(() => {
    if (table.current) keepOneStop(table.current);
  });
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">Fields by source</h2>
      <table
        ref={table}
        aria-labelledby="fields"
        onKeyDown={moveInRows}
        onFocusIn={({ currentTarget }) => {
          keepOneStop(currentTarget);
        }}
      >
        <colgroup>
          <col class="source-column" />
          <col />
        </colgroup>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        {FIELDS.map(([field, label]) => {
          const rows = rowsOf(field, explanation);
          const { changedAt, stale } = explanation.fields[field];
          const winner = rows.find(({ kind }) => kind === 'winner')?.text ?? '';
          return (
            <tbody key={field} data-field={field}>
              <tr class="field">
                <th scope="rowgroup" colSpan={2}>
                  <span class="label">{label}</span> <span class="rule">{ruleOf(explanation.fields[field])}</span>{' '}
                  {changedAt !== null && (
                    <time class="quiet" dateTime={changedAt} title={wholeTime(changedAt)}>
                      Unchanged since {clockTime(changedAt, at)} at least.
                    </time>
                  )}
                  {stale && <span class="quiet"> Its source is due to be asked again.</span>}
                </th>
              </tr>
              {rows.map((row) => (
                <Row
                  key={row.kind + row.sources.join()}
                  row={row}
                  winner={winner}
                  showsValues={explanation.valuesShown}
                />
              ))}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}

const BADGES: Readonly<Record<FieldRow['kind'], string>> = {
  winner: 'Shown',
  same: 'The same',
  equal: 'Counts as equal',
  differs: 'Differs',
};

/** @param showsValues false: the texts are placeholders, and the part that differs means nothing */
function Row({
  row,
  winner,
  showsValues,
}: {
  readonly row: FieldRow;
  readonly winner: string;
  readonly showsValues: boolean;
}): VNode {
  const { kind, sources, text, reason } = row;
  const compared = kind === 'differs' && showsValues && winner !== '' ? differingPart(winner, text) : undefined;
  return (
    <tr class={kind} data-source={sources.join(' ')} tabIndex={-1}>
      <th scope="row">{sources.map(nameOf).join(', ')}</th>
      <td>
        <Value text={text} compared={compared} /> <span class="badge">{BADGES[kind]}</span>
        {compared && (
          <VisuallyHidden>{`: “${shortened(compared.differing)}” in the place of “${shortened(compared.inPlaceOf)}”`}</VisuallyHidden>
        )}
        {compared?.differing === '' && <p class="quiet">It lacks “{shortened(compared.inPlaceOf)}”.</p>}
        {reason !== undefined && <p class="quiet">{reason}</p>}
      </td>
    </tr>
  );
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

const rowsIn = (table: HTMLElement): readonly HTMLElement[] => [...table.querySelectorAll<HTMLElement>('tr[tabindex]')];

/** Makes one row the table's only tab stop: the row that had the focus last. */
function keepOneStop(table: HTMLElement): void {
  const rows = rowsIn(table);
  const hasFocus = rows.find((row) => row.contains(document.activeElement));
  const stop = hasFocus ?? rows.find(({ tabIndex }) => tabIndex === 0) ?? rows[0];
  for (const row of rows) row.tabIndex = row === stop ? 0 : -1;
}

/** The arrow keys move the focus from row to row. */
function moveInRows(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const table = event.currentTarget as HTMLElement;
  const rows = rowsIn(table);
  const at = rows.indexOf(event.target as HTMLElement);
  if (step === undefined || at === -1) return;
  event.preventDefault();
  rows[at + step]?.focus();
}
