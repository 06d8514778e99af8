import { randomUUID } from 'node:crypto';
import { linked, profile, resource } from '../../sandbox/customers/making.ts';
import { ORGANISATION_IDS } from '../support/switchboard.ts';
import { type Estate } from './estate.ts';
import { type Company, type Step } from './schedule.ts';

/** A record, as far as it is judged here. */
interface Profile {
  readonly name: string | null;
  readonly identity: { readonly verdict: string };
  readonly connectors: readonly {
    readonly name: string;
    readonly state: string;
    readonly referenceId?: string | null;
  }[];
}

/** Not in the compiler's own types yet. */
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => string };

let companies = 0;

/** Both upstreams have a new customer of this kind, and it is read once. @returns what is wrong with the answer */
export async function meet(
  estate: Estate,
  { by, of, company }: Extract<Step, { kind: 'meet' }>,
): Promise<readonly string[]> {
  const { names, emails, reference } = company;
  const billingCustomerId = randomUUID();
  const customerId = `32${String((companies += 1)).padStart(7, '0')}`;
  // As it is written: a number may have more digits than one of this language.
  const stripe = { ...linked('', names[1], emails[1]), reference_id: rawJson(reference) };
  estate.sandboxes[of].customers.put({
    ...{ slug: customerId, about: 'Of a schedule.', billingCustomerId, connectors: { stripe } },
    resource: resource(customerId, names[0], {
      companyProfile: profile(names[0], { contacts: [{ email: emails[0] }] }),
    }),
  });
  const path = `/v1/customer-profiles/${customerId}?billingCustomerId=${billingCustomerId}`;
  const work = fetch(estate.url(by) + path, { headers: { organisation: ORGANISATION_IDS[of] } });
  const answer = await estate.host.finish('a read of a company', work);
  return answer.status === 200 ? judgeCompany(company, (await answer.json()) as Profile) : [];
}

/** Judged when both upstreams have answered. */
function judgeCompany({ names, emails, reference, isOne, shown }: Company, profile: Profile): readonly string[] {
  const stripe = profile.connectors.find(({ name }) => name === 'stripe');
  const faults: string[] = [];
  const { verdict } = profile.identity;
  const digits = reference.replaceAll('"', '');
  if (typeof stripe?.referenceId === 'string' && stripe.referenceId !== digits)
    faults.push(`the reference ${digits} is told as ${stripe.referenceId}`);
  if (stripe?.state !== 'linked' || verdict === 'unknown') return faults;
  if ((verdict === 'consistent') !== isOne)
    faults.push(`${verdict}: ${names.join(' and ')}, ${emails.join(' and ')}, who are ${isOne ? 'one' : 'two'}`);
  if (profile.name !== names[shown])
    faults.push(`the name ${JSON.stringify(names[shown])} is told as ${JSON.stringify(profile.name)}`);
  return faults;
}
