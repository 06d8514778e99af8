import { HANGING_ROWS } from './table-rows.ts';
import { describeTable } from './table.ts';

describeTable('hanging', HANGING_ROWS);
