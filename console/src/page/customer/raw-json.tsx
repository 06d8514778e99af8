import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type CustomerView } from '../../reading/view.ts';
import { visibleJson } from '../../words/visible-json.ts';

/** The explanation as the API answered it. */
export function RawJson({ view }: { readonly view: CustomerView }): VNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <section>
      <details
        class="raw"
        open={isOpen}
        onToggle={({ currentTarget }) => {
          setOpen(currentTarget.open);
        }}
      >
        <summary>
          <h2>Raw JSON</h2>
        </summary>
        {isOpen && (
          <pre tabIndex={0} role="region" aria-label="The explanation as JSON">
            {visibleJson(view.explanation)}
          </pre>
        )}
      </details>
    </section>
  );
}
