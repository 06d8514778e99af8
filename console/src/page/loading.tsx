import { type VNode } from 'preact';
import { Text } from './value.tsx';

/** A request is under way. */
export const Loading = ({ title, what }: { readonly title: string; readonly what: string }): VNode => (
  <section class="loading" data-state="loading">
    <h1 tabIndex={-1}>
      <Text text={title} />
    </h1>
    <p role="status">{what} …</p>
    <div class="skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  </section>
);
