import { describeTable } from './table.ts';
import { WELL_ROWS } from './table-rows.ts';

describeTable('well', WELL_ROWS);
