import { describeTable } from './table.ts';
import { HANGING_ROWS } from './table-rows.ts';

describeTable('hanging', HANGING_ROWS);
