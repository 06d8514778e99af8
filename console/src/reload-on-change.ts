const POLL_INTERVAL_MS = 1000;

/** Reloads the page after each build. Development only. */
export function reloadOnChange(): void {
  let known: string | null = null;
  setInterval(() => {
    void fetch('console', { cache: 'no-store' }).then(
      async (answer) => {
        const text = await answer.text();
        if (!answer.ok) return;
        if (known !== null && known !== text) location.reload();
        known = text;
      },
      () => undefined, // The service starts again.
    );
  }, POLL_INTERVAL_MS);
}
