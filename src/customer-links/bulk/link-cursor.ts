/** The cursor of the page after this customer. Opaque to callers. */
export const cursorAfter = (customerId: string): string => Buffer.from(customerId).toString('base64url');

/** The customer id in a cursor, unchecked. */
export const afterCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
