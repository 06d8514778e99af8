import { describeTable } from './table.ts';

// min-fresh=300 beside min-fresh=30: after 100 s every entry has more than 30 s left and less than 300 s.
// prettier-ignore
describeTable('well', [
  // cached       Cache-Control     status  Cache-Status                            asked   stale   Age
  ['absent',      '',               200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'no-cache',       200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'max-age=60',     200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'max-stale',      200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'max-stale=30',   200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'min-fresh=30',   200,    'fwd=miss; fwd-status=200',             'all',  'none', 'now'],
  ['absent',      'only-if-cached', 504,    null,                                   'none', null,   null],

  ['fresh',       '',               200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'no-cache',       200,    'fwd=request; fwd-status=200',          'all',  'none', 'now'],
  ['fresh',       'max-age=60',     200,    'fwd=request; fwd-status=200',          'all',  'none', 'now'],
  ['fresh',       'max-age=3600',   200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'max-stale',      200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'max-stale=30',   200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'min-fresh=30',   200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'min-fresh=300',  200,    'fwd=request; fwd-status=200',          'due',  'none', 'old'],
  ['fresh',       'only-if-cached', 200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],

  ['stale',       '',               200,    'fwd=stale; fwd-status=200',            'due',  'none', 'old'],
  ['stale',       'no-cache',       200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['stale',       'max-age=60',     200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['stale',       'max-stale',      200,    'hit; detail=refreshing',               'due',  'due',  'old'],
  ['stale',       'max-stale=30',   200,    'fwd=stale; fwd-status=200',            'due',  'none', 'old'],
  ['stale',       'max-stale=3600', 200,    'hit; detail=refreshing',               'due',  'due',  'old'],
  ['stale',       'min-fresh=30',   200,    'fwd=stale; fwd-status=200',            'due',  'none', 'old'],
  ['stale',       'only-if-cached', 200,    'hit; detail=stale',                    'none', 'due',  'old'],

  ['past stale',  '',               200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'no-cache',       200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'max-age=60',     200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'max-stale',      200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'max-stale=30',   200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'min-fresh=30',   200,    'fwd=stale; fwd-status=200',            'all',  'none', 'now'],
  ['past stale',  'only-if-cached', 504,    null,                                   'none', null,   null],
]);
