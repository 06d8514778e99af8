import { type VNode } from 'preact';
import { useTitle } from './hooks.ts';

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['9876543210', 'the customer’s id; an external reference of this form is found as well'],
  ['3fa85f64-5717-4562-b3fc-2c963f66afa6', 'the billing customer’s id'],
  ['stripe:cus_12345', 'the id in a billing connector, behind the connector’s name'],
  ['external:342', 'the external reference, where it could be taken for something else'],
];

/** The start page, with examples of ids. */
export function Welcome(): VNode {
  useTitle('');
  return (
    <section data-state="empty">
      <h1 tabIndex={-1}>Find a customer</h1>
      <p>
        Type any id that you have. The page says what every system knows of that customer, which value is shown, and
        why.
      </p>
      <dl class="examples">
        {EXAMPLES.map(([text, about]) => (
          <div key={text}>
            <dt>
              <code>{text}</code>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
