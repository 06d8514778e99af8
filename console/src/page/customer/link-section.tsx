import { type VNode } from 'preact';
import { may, type Session } from '../../reading/session.ts';
import { type CustomerView } from '../../reading/view.ts';
import { clockTime, wholeTime } from '../../words/times.ts';
import { type Load } from '../load.ts';
import { LinkForm } from './link-form.tsx';

interface LinkSectionProps {
  readonly session: Session;
  readonly view: CustomerView;
  readonly load: Load;
  readonly announce: (text: string) => void;
}

const RESOLVERS: Readonly<Record<string, string>> = {
  request: 'The connectors were asked for the billing customer that the address of this page names.',
  'link-store': 'The connectors were asked for the billing customer of the stored link.',
  'billing-external-id':
    'The connectors were asked for the billing customer that has this customer’s id as its external id at the billing platform.',
};

/** The stored link: its billing customer, who stored it and when, and the links before it. */
export function LinkSection({ session, view, load, announce }: LinkSectionProps): VNode {
  const { link, explanation, at } = view;
  const part = explanation.parts.find(({ source }) => source === 'billing')?.value as
    { resolver?: string } | null | undefined;
  const used = part?.resolver === undefined ? '' : (RESOLVERS[part.resolver] ?? '');
  return (
    <section aria-labelledby="link" data-link={link.kind}>
      <h2 id="link" tabIndex={-1}>
        Billing link
      </h2>
      {used !== '' && <p>{used}</p>}
      {view.isAmbiguous && (
        <p>
          Several billing customers have this customer’s id as their external id, so the service takes none of them.
        </p>
      )}
      {link.kind === 'hidden' && (
        <p>
          You need the right <code>links:read</code> to see the stored link.
        </p>
      )}
      {link.kind === 'none' && <p>No link is stored for this customer.</p>}
      {link.kind === 'failed' && (
        <p role="alert" class="bad">
          The stored link could not be read. {link.failure.detail}
        </p>
      )}
      {link.kind === 'stored' && (
        <>
          <p>
            Stored: <code>{link.link.billingCustomerId}</code>, by {link.link.linkedBy ?? 'somebody who is not known'},{' '}
            <time dateTime={link.link.linkedAt} title={wholeTime(link.link.linkedAt)}>
              {clockTime(link.link.linkedAt, at)}
            </time>
            .
          </p>
          {link.link.history.length > 0 && (
            <details>
              <summary>{`Earlier links (${link.link.history.length})`}</summary>
              <ol class="history">
                {link.link.history.map((entry) => (
                  <li key={entry.endedAt}>
                    <code>{entry.billingCustomerId}</code>: stored {clockTime(entry.linkedAt, at)} by{' '}
                    {entry.linkedBy ?? 'somebody'}, ended {clockTime(entry.endedAt, at)} by{' '}
                    {entry.endedBy ?? 'somebody'}
                  </li>
                ))}
              </ol>
            </details>
          )}
        </>
      )}
      {may(session, 'links:write') && link.kind !== 'failed' && link.kind !== 'hidden' && (
        <LinkForm client={session.client} customerId={view.customerId} link={link} load={load} announce={announce} />
      )}
    </section>
  );
}
