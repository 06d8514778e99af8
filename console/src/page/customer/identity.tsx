import { type VNode } from 'preact';
import { type Explanation } from '../../reading/view.ts';
import { identityOf } from '../../words/identity.ts';

/** Whether all sources speak of one company. */
export function Identity({ identity }: { readonly identity: Explanation['identity'] }): VNode {
  const { verdict, evidence } = identityOf(identity);
  return (
    <section aria-labelledby="identity" data-verdict={identity.verdict}>
      <h2 id="identity">One company?</h2>
      <p class={`verdict ${identity.verdict}`}>
        <span class="shape" aria-hidden="true" />
        {verdict}
      </p>
      {evidence.length > 0 && (
        <ul>
          {evidence.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
