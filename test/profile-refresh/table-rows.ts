import type { Row } from './table.ts';

/** The table of docs/caching.md: one line a read. The last columns are those of `Row`. */

// min-fresh=300 beside min-fresh=30: after 100 s every entry has more than 30 s left and less than 300 s.
// prettier-ignore
export const WELL_ROWS: readonly Row[] = [
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
];

// The cached part answers for a source that fails, marked, whatever was demanded: the directives of a request are
// preferences (RFC 9111, section 5.2.1), and an old answer that says so is better than none.
// prettier-ignore
export const FAILING_ROWS: readonly Row[] = [
  // cached       Cache-Control     status  Cache-Status                                                          asked       stale   Age
  ['absent',      '',               502,    null,                                                                 'all',      null,   null],
  ['absent',      'no-cache',       502,    null,                                                                 'all',      null,   null],
  ['absent',      'max-age=60',     502,    null,                                                                 'all',      null,   null],
  ['absent',      'max-stale',      502,    null,                                                                 'all',      null,   null],
  ['absent',      'max-stale=30',   502,    null,                                                                 'all',      null,   null],
  ['absent',      'min-fresh=30',   502,    null,                                                                 'all',      null,   null],
  ['absent',      'only-if-cached', 504,    null,                                                                 'none',     null,   null],

  ['fresh',       '',               200,    'hit; detail=LEVEL',                                                  'none',     'none', 'old'],
  ['fresh',       'no-cache',       200,    'fwd=request; fwd-status=500; detail=reseller-upstream_error',        'all',      'all',  'old'],
  ['fresh',       'max-age=60',     200,    'fwd=request; fwd-status=500; detail=reseller-upstream_error',        'all',      'all',  'old'],
  ['fresh',       'max-stale',      200,    'hit; detail=LEVEL',                                                  'none',     'none', 'old'],
  ['fresh',       'max-stale=30',   200,    'hit; detail=LEVEL',                                                  'none',     'none', 'old'],
  ['fresh',       'min-fresh=30',   200,    'hit; detail=LEVEL',                                                  'none',     'none', 'old'],
  ['fresh',       'min-fresh=300',  200,    'fwd=request; fwd-status=500; detail=reseller-upstream_error',        'due',      'due',  'old'],
  ['fresh',       'only-if-cached', 200,    'hit; detail=LEVEL',                                                  'none',     'none', 'old'],

  ['stale',       '',               200,    'fwd=stale; fwd-status=500; detail=reseller-upstream_error',          'due',      'due',  'old'],
  ['stale',       'no-cache',       200,    'fwd=stale; fwd-status=500; detail=reseller-upstream_error',          'all',      'all',  'old'],
  ['stale',       'max-age=60',     200,    'fwd=stale; fwd-status=500; detail=reseller-upstream_error',          'all',      'all',  'old'],
  ['stale',       'max-stale',      200,    'hit; detail=refreshing',                                             'due',      'due',  'old'],
  ['stale',       'max-stale=30',   200,    'fwd=stale; fwd-status=500; detail=reseller-upstream_error',          'due',      'due',  'old'],
  ['stale',       'min-fresh=30',   200,    'fwd=stale; fwd-status=500; detail=reseller-upstream_error',          'due',      'due',  'old'],
  ['stale',       'only-if-cached', 200,    'hit; detail=stale',                                                  'none',     'due',  'old'],

  ['past stale',  '',               502,    null,                                                                 'all',      null,   null],
  ['past stale',  'no-cache',       502,    null,                                                                 'all',      null,   null],
  ['past stale',  'max-age=60',     502,    null,                                                                 'all',      null,   null],
  ['past stale',  'max-stale',      502,    null,                                                                 'all',      null,   null],
  ['past stale',  'max-stale=30',   502,    null,                                                                 'all',      null,   null],
  ['past stale',  'min-fresh=30',   502,    null,                                                                 'all',      null,   null],
  ['past stale',  'only-if-cached', 504,    null,                                                                 'none',     null,   null],
];

// Where the demand leaves no choice the whole attempt is waited for; where it does, stale parts are served at once.
// prettier-ignore
export const HANGING_ROWS: readonly Row[] = [
  // cached       Cache-Control     status  Cache-Status                            asked   stale   Age
  ['absent',      '',               504,    null,                                   'all',  null,   null],
  ['absent',      'no-cache',       504,    null,                                   'all',  null,   null],
  ['absent',      'max-age=60',     504,    null,                                   'all',  null,   null],
  ['absent',      'max-stale',      504,    null,                                   'all',  null,   null],
  ['absent',      'max-stale=30',   504,    null,                                   'all',  null,   null],
  ['absent',      'min-fresh=30',   504,    null,                                   'all',  null,   null],
  ['absent',      'only-if-cached', 504,    null,                                   'none', null,   null],

  ['fresh',       '',               200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'no-cache',       200,    'fwd=request; detail=reseller-timeout', 'all',  'all',  'old'],
  ['fresh',       'max-age=60',     200,    'fwd=request; detail=reseller-timeout', 'all',  'all',  'old'],
  ['fresh',       'max-stale',      200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'max-stale=30',   200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'min-fresh=30',   200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],
  ['fresh',       'min-fresh=300',  200,    'fwd=request; detail=reseller-timeout', 'due',  'due',  'old'],
  ['fresh',       'only-if-cached', 200,    'hit; detail=LEVEL',                    'none', 'none', 'old'],

  ['stale',       '',               200,    'hit; detail=refreshing',               'due',  'due',  'old'],
  ['stale',       'no-cache',       200,    'fwd=stale; detail=reseller-timeout',   'all',  'all',  'old'],
  ['stale',       'max-age=60',     200,    'fwd=stale; detail=reseller-timeout',   'all',  'all',  'old'],
  ['stale',       'max-stale',      200,    'hit; detail=refreshing',               'due',  'due',  'old'],
  ['stale',       'max-stale=30',   200,    'fwd=stale; detail=reseller-timeout',   'due',  'due',  'old'],
  ['stale',       'min-fresh=30',   200,    'fwd=stale; detail=reseller-timeout',   'due',  'due',  'old'],
  ['stale',       'only-if-cached', 200,    'hit; detail=stale',                    'none', 'due',  'old'],

  ['past stale',  '',               504,    null,                                   'all',  null,   null],
  ['past stale',  'no-cache',       504,    null,                                   'all',  null,   null],
  ['past stale',  'max-age=60',     504,    null,                                   'all',  null,   null],
  ['past stale',  'max-stale',      504,    null,                                   'all',  null,   null],
  ['past stale',  'max-stale=30',   504,    null,                                   'all',  null,   null],
  ['past stale',  'min-fresh=30',   504,    null,                                   'all',  null,   null],
  ['past stale',  'only-if-cached', 504,    null,                                   'none', null,   null],
];
