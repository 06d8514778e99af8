import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

export const RULES = new URL('../../deploy/monitoring/rules.yaml', import.meta.url).pathname;

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every rule of `deploy/monitoring/rules.yaml`. */
export function rules(): readonly Rule[] {
  const { groups } = parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** What to add to the title of tests that this machine cannot run; null when it can. */
export const withoutPromtool: string | null = spawnSync('promtool', ['--version']).error ? ' (needs promtool)' : null;

/** What promtool says against it; empty when it says nothing. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

/** One of promtool's unit tests, in its own words. */
export interface RuleTest {
  /** How often rules are evaluated; a minute by default. */
  readonly every?: string;
  readonly series: Readonly<Record<string, string>>;
  readonly alerts?: readonly { readonly at: string; readonly alert: string; readonly labels: readonly Labels[] }[];
  readonly values?: readonly { readonly at: string; readonly expr: string; readonly samples: readonly number[] }[];
}

type Labels = Readonly<Record<string, string>>;

/** Runs `promtool test rules`, with series of its own for each test. @returns as `promtool` */
export function testRules(...tests: readonly RuleTest[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const files = tests.map((test, index) => {
      const file = join(folder, `${index}.yaml`);
      writeFileSync(file, stringify(inItsWords(test)));
      return file;
    });
    return promtool('test', 'rules', ...files);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inItsWords({ every = '1m', series, alerts = [], values = [] }: RuleTest): object {
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, samples]) => ({ series: name, values: samples })),
    alert_rule_test: alerts.map(({ at, alert, labels }) => ({
      eval_time: at,
      alertname: alert,
      exp_alerts: labels.map((expected) => expectedAlert(alert, expected)),
    })),
    promql_expr_test: values.map(({ at, expr, samples }) => ({
      eval_time: at,
      expr: `sum(${expr})`,
      exp_samples: samples.map((value) => ({ labels: '{}', value })),
    })),
  };
  return { rule_files: [RULES], evaluation_interval: every, tests: [test] };
}

function expectedAlert(name: string, labels: Labels): object {
  const rule = rules().find(({ alert }) => alert === name);
  if (!rule) throw new Error(`there is no alert ${name}`);
  const named = (text: string): string =>
    text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_all, label: string) => labels[label] ?? '');
  const annotations = Object.entries(rule.annotations ?? {}).map(([key, text]) => [key, named(text)]);
  return {
    exp_labels: { ...rule.labels, ...labels },
    exp_annotations: Object.fromEntries(annotations) as Record<string, string>,
  };
}

/** Samples of a counter, one a minute. @param phases how much a minute, and for how many minutes */
export function counter(...phases: readonly (readonly [perMinute: number, minutes: number])[]): string {
  let value = 0;
  return phases
    .map(([perMinute, minutes]) => {
      const samples = `${value}+${perMinute}x${minutes - 1}`;
      value += perMinute * minutes;
      return samples;
    })
    .join(' ');
}

/** Samples that stay as they are for five hours. */
export const constant = (value: number): string => `${value}x300`;
