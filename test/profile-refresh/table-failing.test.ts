import { FAILING_ROWS } from './table-rows.ts';
import { describeTable } from './table.ts';

describeTable('failing', FAILING_ROWS);
