import { expect, it } from '@jest/globals';
import { countOf, seriesOf } from './exposition.ts';

const TEXT = `# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{upstream="billing",state="ok"} 3
# TYPE refused_total counter
# TYPE call_seconds histogram
call_seconds_bucket{le="+Inf",state="ok"} 2
call_seconds_count{state="ok"} 2
# TYPE next_end_seconds gauge
next_end_seconds +Inf
`;

it('a series that has not been seen is none, and one of no metric an error', () => {
  const values = (name: string, labels = {}): readonly number[] =>
    seriesOf(TEXT, name, labels).map(({ value }) => value);
  expect(values('calls_total', { state: 'ok', upstream: 'billing' })).toEqual([3]);
  expect(values('calls_total', { state: 'timeout' })).toEqual([]);
  expect(values('refused_total', { caller: 'a' })).toEqual([]);
  expect(values('call_seconds_count')).toEqual([2]);
  expect(values('call_seconds_bucket', { le: '+Inf' })).toEqual([2]);
  expect(values('next_end_seconds')).toEqual([Infinity]);
  expect(() => values('call_total')).toThrow('there is no metric call_total');
  expect(() => values('calls_total_count')).toThrow('there is no metric calls_total_count');
  expect(() => values('calls_total', { status: 'ok' })).toThrow('no series of calls_total has a label status');
});

it('what a series counts is 0 while it has not been seen, and an error where there can be none', () => {
  expect(countOf(TEXT, 'calls_total{upstream="billing",state="ok"}')).toBe(3);
  expect(countOf(TEXT, 'calls_total{upstream="billing",state="timeout"}')).toBe(0);
  expect(() => countOf(TEXT, 'call_total{state="ok"}')).toThrow('there is no metric call_total');
  expect(() => countOf(TEXT, 'calls_total{status="ok"}')).toThrow('no series of calls_total has a label status');
  expect(() => countOf(TEXT, '')).toThrow('is no series');
});
