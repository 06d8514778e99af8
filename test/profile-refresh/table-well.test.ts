import { WELL_ROWS } from './table-rows.ts';
import { describeTable } from './table.ts';

describeTable('well', WELL_ROWS);
