import { type VNode } from 'preact';

interface FooterProps {
  readonly isSignedIn: boolean;
  /** On the health of the dependencies; empty: none. */
  readonly remark: string;
  readonly hasShortcuts: boolean;
  readonly setShortcuts: (isOn: boolean) => void;
}

/** The keyboard shortcuts, and a remark on the health of the dependencies. */
export function Footer({ isSignedIn, remark, hasShortcuts, setShortcuts }: FooterProps): VNode {
  return (
    <footer class="quiet">
      {isSignedIn && (
        <label>
          <input
            type="checkbox"
            checked={hasShortcuts}
            onChange={({ currentTarget }) => {
              setShortcuts(currentTarget.checked);
            }}
          />{' '}
          Keys: <kbd>/</kbd> to the field, <kbd>r</kbd> asks again, <kbd>↑</kbd> <kbd>↓</kbd> in the table
        </label>
      )}
      <span>{remark}</span>
    </footer>
  );
}
