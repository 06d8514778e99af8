/** A table of the report. Cells are as they are printed. */
export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One promise of the design beside its measurement. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** null: not measured. */
  readonly met: boolean | null;
}

/** The results of a workload. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** Every number behind the tables, for `--json`. */
  readonly raw: unknown;
}

/** @param isValid whether the machine was quiet */
export function targetsTable(targets: readonly Target[], isValid: boolean): Table {
  const answer = (met: boolean | null): string => (met === null ? '–' : met ? 'yes' : 'no');
  return {
    title: `Against the targets${isValid ? '' : ' (not valid: the machine was busy)'}`,
    header: ['what', 'target', 'measured', 'met'],
    rows: targets.map(({ what, target, measured, met }) => [what, target, measured, answer(met)]),
  };
}

/** As Markdown, columns aligned. */
export function markdown({ title, header, rows }: Table): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [`### ${title}\n`, line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join(
    '\n',
  );
}

/** A number with this many decimals; a dash for a missing measurement. */
export function fixed(value: number, decimals = 0): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : '–';
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : '–';
}
