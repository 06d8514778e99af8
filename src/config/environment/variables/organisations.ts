import { IsOptional, IsUUID, MaxLength, ValidateIf } from 'class-validator';
import { IsVisibleAscii } from '../env.rules.ts';
import { Variable } from '../variable.ts';

const ONE_ORGANISATION = 'ORGANISATIONS_FILE is not set';
const withoutFile = (env: OrganisationVariables): boolean => env.ORGANISATIONS_FILE === undefined;

/** The credentials at both upstreams: of one organisation, or a file with those of several. */
export class OrganisationVariables {
  @Variable('Key of the integration, sent as X-Api-Key; also the OAuth client id.', {
    secret: true,
    requiredWhen: ONE_ORGANISATION,
  })
  @ValidateIf(withoutFile)
  @IsVisibleAscii('must be set, in visible ASCII characters')
  RESELLER_API_KEY?: string;

  @Variable('A fixed bearer token, which is never renewed. Either this or RESELLER_CLIENT_SECRET.', {
    secret: true,
    requiredWhen: `${ONE_ORGANISATION} and RESELLER_CLIENT_SECRET is not set`,
  })
  @ValidateIf(
    (env: OrganisationVariables) =>
      env.RESELLER_ACCESS_TOKEN !== undefined || (withoutFile(env) && !env.RESELLER_CLIENT_SECRET),
  )
  @IsVisibleAscii('either this or RESELLER_CLIENT_SECRET must be set, in visible ASCII characters')
  RESELLER_ACCESS_TOKEN?: string;

  @Variable('OAuth client secret, to fetch and renew tokens. Either this or RESELLER_ACCESS_TOKEN.', {
    secret: true,
  })
  @IsOptional()
  @IsVisibleAscii()
  RESELLER_CLIENT_SECRET?: string;

  @Variable('Key of the billing platform, sent as x-api-key.', { secret: true, requiredWhen: ONE_ORGANISATION })
  @ValidateIf(withoutFile)
  @IsVisibleAscii('must be set, in visible ASCII characters')
  BILLING_API_KEY?: string;

  @Variable(
    'UUID of the organisation at the billing platform, sent as organisation; also the name of the organisation here.',
    {
      requiredWhen: ONE_ORGANISATION,
    },
  )
  @ValidateIf(withoutFile)
  @IsUUID('loose', { message: 'must be set to a UUID' })
  BILLING_ORGANISATION?: string;

  @Variable(
    'JSON file with several organisations, each with its own credentials (format: docs/organisations.md), instead of the single keys above. It is reloaded when it changes.',
  )
  @IsOptional()
  @MaxLength(4096)
  ORGANISATIONS_FILE?: string;
}
