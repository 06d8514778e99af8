import { isEmpty, isObject, type JsonObject, list, number, objects, text } from '../json/json.ts';
import { date } from './dates.ts';
import { type Benefit, type Commitment } from './reseller-account.schema.ts';

const LARGE_GOVERNMENT_AGENCY = 'LARGE_GOVERNMENT_AGENCY';
/** The documented types. */
export const BENEFIT_TYPES = [LARGE_GOVERNMENT_AGENCY, 'THREE_YEAR_COMMIT'] as const;

/** The readable benefits. */
export function readBenefits(value: unknown): readonly Benefit[] {
  return list(value)
    .map(readBenefit)
    .filter((benefit) => benefit !== null);
}

/**
 * Whether the customer is a large government agency now. A customer with a pending upgrade becomes one with its renewal, if
 * it still meets the conditions then.
 * @returns null when a benefit, or the status of this one, cannot be read, or the type of a benefit is not documented
 */
export function isLargeGovernmentAgency(value: unknown): boolean | null {
  const answers = list(value).map(saysLargeGovernmentAgency);
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

function saysLargeGovernmentAgency(wire: unknown): boolean | null {
  const benefit = readBenefit(wire);
  if (benefit === null) return null;
  const documented = BENEFIT_TYPES.find((name) => name === benefit.type);
  if (documented !== LARGE_GOVERNMENT_AGENCY) return documented === undefined ? null : false;
  if (benefit.status === null) return isObject(wire) && !isEmpty(wire.status) ? null : true;
  if (benefit.status === 'ACTIVE') return true;
  return benefit.status === 'PENDING_UPGRADE' ? false : null;
}

/** Reads a benefit, which is an object or only its type. Case does not matter for documented types. Null when it is neither. */
function readBenefit(value: unknown): Benefit | null {
  const wire: JsonObject = typeof value === 'string' ? { type: value } : isObject(value) ? value : {};
  const sent = text(wire.type)?.trim() ?? null;
  if (sent === null) return null;
  const type = BENEFIT_TYPES.find((name) => name === sent.toUpperCase()) ?? sent;
  return {
    type,
    status: text(wire.status),
    commitment: readCommitment(wire.commitment),
    commitmentRequest: readCommitment(wire.commitmentRequest),
    recommitmentRequest: readCommitment(wire.recommitmentRequest),
  };
}

function readCommitment(value: unknown): Commitment | null {
  if (!isObject(value) || Object.keys(value).length === 0) return null;
  return {
    startDate: date(value.startDate),
    endDate: date(value.endDate),
    status: text(value.status),
    minimumQuantities: objects(value.minimumQuantities).map((minimum) => ({
      offerType: text(minimum.offerType),
      quantity: number(minimum.quantity),
    })),
  };
}
