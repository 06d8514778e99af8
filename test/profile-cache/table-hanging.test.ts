import { describeTable } from './table.ts';

// Where the demand leaves no choice the whole attempt is waited for; where it does, what is stale is answered with at once.
// prettier-ignore
describeTable('hanging', [
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
]);
