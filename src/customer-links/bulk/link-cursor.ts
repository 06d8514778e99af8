/** Where a list goes on: after this customer. Opaque to callers. */
export const cursorAfter = (customerId: string): string => Buffer.from(customerId).toString('base64url');

/** The customer id in a cursor; nothing is checked. */
export const afterCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
