/** Epoch milliseconds as ISO 8601 with Z. */
export const isoInstant = (epochMs: number): string => new Date(epochMs).toISOString();
