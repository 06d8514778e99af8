import { expect, it } from '@jest/globals';
import { afterCursor, cursorAfter } from '../../../src/customer-links/bulk/link-cursor.ts';

it.each([
  ['9876543210', 'OTg3NjU0MzIxMA'],
  ['Zoë-1', 'Wm_Dqy0x'],
  ['????', 'Pz8_Pw'],
])('the cursor after %s can stand in a URL, and names that customer', (customerId, cursor) => {
  expect(cursorAfter(customerId)).toBe(cursor);
  expect(afterCursor(cursor)).toBe(customerId);
});
