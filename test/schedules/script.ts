import { type Schedule, type Step } from './schedule.ts';

/** A schedule as a person would write it down, one step a line; then as JSON, with which it can be run again. */
export function scriptOf({ setting, steps }: Schedule): string {
  const chosen = Object.entries(setting).flatMap(([name, isSo]) => (isSo ? [name] : []));
  const lines = steps.map((step, at) => `  ${String(at + 1).padStart(2)}. ${sentence(step)}`);
  return [`with ${chosen.join(', ') || 'nothing special'}:`, ...lines, JSON.stringify({ setting, steps })].join('\n');
}

const process = (index: number): string => `process ${'ABC'.charAt(index)}`;
const whose = ({ of, customer }: { readonly of: number; readonly customer: number }): string =>
  `org${of}-cust${customer}`;

function sentence(step: Step): string {
  switch (step.kind) {
    case 'read': {
      const how = [step.form, step.directive].filter((word) => word !== '').join(', ');
      return `${process(step.by)} ${step.awaited ? 'answers' : 'is asked for'} ${whose(step)} (${how})`;
    }
    case 'change':
      return `${step.what} has another value of ${whose(step)}`;
    case 'forget':
      return `${process(step.by)} forgets ${step.source || 'all'} of ${whose(step)}`;
    case 'invalidate':
      return `${process(step.by)} invalidates (${step.mode}) ${step.level} of ${whose(step)}`;
    case 'link':
      return `${process(step.by)} links ${whose(step)} to ${step.to === null ? 'nothing' : `billing${step.to}`} (${step.how})`;
    case 'erase':
      return `${process(step.by)} ${step.awaited ? 'erases' : 'is asked to erase'} ${whose(step)}`;
    case 'lift':
      return `${process(step.by)} lifts the erasure of ${whose(step)}`;
    case 'meet': {
      const { names, emails, reference } = step.company;
      return `${process(step.by)} is asked in org${step.of} for ${names.join(' alias ')}, ${emails.join(', ')}, reference ${reference}`;
    }
    case 'follow':
      return `${process(step.by)} tells a consumer what has changed`;
    case 'fault':
      return `${step.source}: ${step.fault}`;
    case 'hold':
      return `${step.source} keeps its answers back`;
    case 'heal':
      return 'the upstreams are well';
    case 'cut':
      return `${process(step.by)} is cut off from Redis`;
    case 'restart':
      return `${process(step.by)} is killed and started again`;
    case 'leave':
      return `${process(step.by)} is told to end while it is asked for ${whose(step)}`;
    case 'pause':
      return `${process(step.by)} stops for a while`;
    case 'delay':
      return `what ${process(step.by)} says to Redis is kept on its way`;
    case 'deafen':
      return `${process(step.by)} hears nothing of the others`;
    case 'connect':
      return 'all processes reach Redis';
    case 'redis':
      return `Redis: ${step.how}`;
    case 'jump':
      return `the clock of ${process(step.by)} jumps by ${step.hours} h`;
    case 'pass':
      return `time passes: ${step.span}`;
  }
}
