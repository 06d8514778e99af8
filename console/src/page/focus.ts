/** Moves the focus to the heading of a result, unless the user is typing or choosing. */
export function focusHeading(): void {
  if (document.activeElement?.matches('input, select')) return;
  document.querySelector<HTMLElement>('main h1')?.focus();
}

/** Moves the focus to the element with this id. */
export function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}
