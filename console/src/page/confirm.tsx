import { type ComponentChildren, type VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ConfirmProps {
  readonly title: string;
  readonly confirm: string;
  readonly yes: () => void;
  readonly no: () => void;
  readonly children: ComponentChildren;
}

/** Asks for confirmation. Escape cancels. The focus returns to the control that had it. */
export function Confirm({ title, confirm, yes, no, children }: ConfirmProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onCancel={no}>
      <h2 id="confirm-title">{title}</h2>
      <p>{children}</p>
      <div class="actions">
        <button type="button" class="main" onClick={yes}>
          {confirm}
        </button>
        <button type="button" onClick={no}>
          Cancel
        </button>
      </div>
    </dialog>
  );
}
