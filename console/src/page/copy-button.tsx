import { type VNode } from 'preact';
import { useState } from 'preact/hooks';

/** Copies a text to the clipboard. Where the browser forbids that, it shows the text, selected. */
export function CopyButton({
  label,
  text,
  announce,
}: {
  readonly label: string;
  readonly text: () => string;
  readonly announce: (text: string) => void;
}): VNode {
  const [byHand, setByHand] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    const content = text();
    // Browsers offer no clipboard to a page that was loaded without TLS.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    try {
      if (!clipboard) throw new DOMException('There is no clipboard.', 'NotAllowedError');
      await clipboard.writeText(content);
      setByHand(null);
      announce('Copied.');
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setByHand(content);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {label}
      </button>
      {byHand !== null && (
        <textarea
          class="by-hand"
          aria-label={`${label}: press Control and C`}
          readOnly
          rows={6}
          value={byHand}
          ref={(area) => {
            area?.select();
          }}
        />
      )}
    </>
  );
}
