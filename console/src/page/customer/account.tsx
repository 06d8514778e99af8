import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type CustomerView } from '../../reading/view.ts';
import { sentence } from '../../words/names.ts';
import { Value } from '../value.tsx';

/** Longer lists are cut until the user asks for all items. */
const MAX_ITEMS = 5;

/** The remaining fields of the reseller's account. */
export function Account({ view }: { readonly view: CustomerView }): VNode | null {
  const value = view.explanation.parts.find(({ source }) => source === 'reseller')?.value as
    { account?: unknown } | null | undefined;
  if (!value?.account) return null;
  return (
    <section>
      <details class="account">
        <summary>
          <h2>Reseller account in full</h2>
        </summary>
        <JsonValue value={value.account} />
      </details>
    </section>
  );
}

/** "marketSubSegments": "Market sub segments". */
const labelOf = (name: string): string => sentence(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

function JsonValue({ value }: { readonly value: unknown }): VNode {
  if (Array.isArray(value)) return <Items items={value as readonly unknown[]} />;
  if (typeof value !== 'object' || value === null) return <Scalar value={value} />;
  return (
    <dl>
      {Object.entries(value as Readonly<Record<string, unknown>>).map(([name, inner]) => (
        <div key={name}>
          <dt>{labelOf(name)}</dt>
          <dd>
            <JsonValue value={inner} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const WORDS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [null, 'not known'],
  [true, 'yes'],
  [false, 'no'],
]);

function Scalar({ value }: { readonly value: unknown }): VNode {
  if (typeof value === 'string') return <Value text={value} />;
  return <span class="quiet">{WORDS.get(value) ?? JSON.stringify(value)}</span>;
}

function Items({ items }: { readonly items: readonly unknown[] }): VNode {
  const [isExpanded, setExpanded] = useState(false);
  if (items.length === 0) return <span class="quiet">none</span>;
  return (
    <>
      <ol>
        {items.slice(0, isExpanded ? Infinity : MAX_ITEMS).map((item, at) => (
          <li key={at}>
            <JsonValue value={item} />
          </li>
        ))}
      </ol>
      {items.length > MAX_ITEMS && (
        <button
          type="button"
          onClick={() => {
            setExpanded(!isExpanded);
          }}
        >
          {isExpanded ? 'Show fewer' : `Show all ${items.length}`}
        </button>
      )}
    </>
  );
}
