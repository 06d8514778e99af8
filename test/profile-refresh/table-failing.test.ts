import { describeTable } from './table.ts';
import { FAILING_ROWS } from './table-rows.ts';

describeTable('failing', FAILING_ROWS);
