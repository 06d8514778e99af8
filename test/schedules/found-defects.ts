import { type Company, type Schedule, type Step } from './schedule.ts';

const subject = { of: 0, customer: 0 } as const;
const heal: Step = { kind: 'heal' };
const moment: Step = { kind: 'pass', span: 'moment' };
const forget: Step = { kind: 'forget', by: 0, source: '', ...subject };

type Read = Extract<Step, { kind: 'read' }>;
const read = (by: number, more: Partial<Read> = {}): Step => ({
  ...{ kind: 'read', by, form: 'stored', directive: '', awaited: true, ...subject },
  ...more,
});
const change = (what: 'reseller' | 'stripe'): Step => ({ kind: 'change', what, ...subject });
const hold = (source: 'reseller' | 'stripe'): Step => ({ kind: 'hold', source });
const demand = { form: 'named', directive: 'no-cache', awaited: false } as const;

const NAME = 'Nordwind Harbour Tools';
const meet = (company: Partial<Company>): readonly Step[] => [
  {
    ...{ kind: 'meet', by: 0, of: 0 },
    company: {
      ...{ names: [NAME, NAME], emails: ['rosa@nordwind-tools.com', 'ledger@nordwind-tools.com'] },
      ...{ reference: '"cus_77"', isOne: true, shown: 0 },
      ...company,
    },
  },
];

const STEPS: Readonly<Record<string, readonly Step[]>> = {
  W1: [
    ...[hold('reseller'), read(0, { directive: 'no-cache', awaited: false }), moment, change('reseller'), forget],
    ...[read(0, { awaited: false }), moment, heal, moment],
  ],
  W2: [hold('stripe'), read(2, demand), change('stripe'), read(2, demand), moment],
  W3: [read(0), { kind: 'fault', source: 'reseller', fault: 'gateway-404' }, read(0, { directive: 'no-cache' })],
  W4: [{ kind: 'jump', by: 0, hours: 2 }, read(0, { directive: 'no-cache' }), read(1)],
  W5: [read(0)],
  W6: meet({ emails: ['rosa@straße.de', 'ledger@strasse.de'], isOne: false }),
  W7: meet({ emails: ['rosa@silva.adv.br', 'ledger@souza.adv.br'], isOne: false }),
  W8: meet({ names: ['Nordwind KG', 'Nordwind e.K.'], isOne: false }),
  W9: meet({ reference: '12345678901234567890' }),
  W10: meet({ names: ['\u200b', NAME], shown: 1 }),
  L1: [
    ...[read(0), { kind: 'fault', source: 'reseller', fault: 'status-500' } as const],
    ...[{ kind: 'link', by: 1, to: 0, how: 'put', ...subject } as const, read(2)],
  ],
  L2: [
    { kind: 'link', by: 0, to: 0, how: 'put', ...subject },
    { kind: 'link', by: 1, to: null, how: 'if-none-match', ...subject },
  ],
  X1: [read(0, { form: 'named' }), change('reseller'), read(0), read(0, { form: 'named' })],
  X2: [read(1, { form: 'named' }), { kind: 'pass', span: 'fresh' }, { kind: 'leave', by: 0, ...subject }],
};

/** Schedules by the id of a defect: on code that still had it, random search found each, or one like it. */
export const FOUND_DEFECTS: readonly (readonly [id: string, schedule: Schedule])[] = Object.entries(STEPS).map(
  ([id, steps]) => [id, { setting: { copies: false, sealed: false, refuses: false, smallQuota: false }, steps }],
);
