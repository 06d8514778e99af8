import { type VNode } from 'preact';
import { type CustomerView } from '../../reading/view.ts';
import { headlineOf, titleOf } from '../../words/headline.ts';
import { isoTime, wholeTime } from '../../words/times.ts';
import { Text, Value } from '../value.tsx';

/** The customer's name or id, and the summary of its sources. */
export function Headline({ view }: { readonly view: CustomerView }): VNode {
  return (
    <header class="headline">
      <h1 tabIndex={-1}>
        <Value text={titleOf(view)} />
      </h1>
      <p class="lead" data-headline>
        <Text text={headlineOf(view, view.at)} />
      </p>
      {view.explanation.valuesShown && (
        <p class="quiet">
          Customer <code>{view.customerId}</code>
        </p>
      )}
      {view.billingCustomerId !== undefined && (
        <p class="quiet">
          The address of this page names the billing customer <code>{view.billingCustomerId}</code>, in the place of the
          stored link.
        </p>
      )}
      <p class="printed">
        Read {wholeTime(isoTime(view.at))}, {location.href}
      </p>
      {!view.isRead && (
        <p class="quiet">
          This is what is cached. You need the right <code>profiles:read</code> to have the sources asked.
        </p>
      )}
    </header>
  );
}
