import { IsIn, IsOptional, MaxLength, ValidateIf } from 'class-validator';
import {
  IsAbsentWith,
  IsApiKeyList,
  IsBaseUrl,
  IsListOf,
  IsUsedWith,
  IsVisibleAscii,
  IsWholeNumber,
} from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** Values of the header `typ` of callers' tokens. */
const TOKEN_TYPES = ['at+jwt', 'jwt', 'none'] as const;

/** Who may call, and how much. */
export class CallerVariables {
  @Variable('Who may call: none (the gateway decides), api-key or jwt.')
  @IsIn(['none', 'api-key', 'jwt'])
  AUTH_MODE = 'none';

  @Variable(
    'Accepted values of X-Api-Key, as name:key, comma-separated; the name appears in logs. Each has every right.',
    {
      secret: true,
      requiredWhen: 'AUTH_MODE is api-key and CALLERS_FILE is absent',
    },
  )
  @ValidateIf(
    (env: CallerVariables) =>
      (env.AUTH_MODE === 'api-key' && env.CALLERS_FILE === undefined) || env.API_KEYS !== undefined,
  )
  @IsApiKeyList()
  @IsAbsentWith('CALLERS_FILE')
  @IsUsedWith('AUTH_MODE', 'api-key')
  API_KEYS?: string;

  @Variable(
    'JSON file with the callers, the digests of their keys and their rights (format: docs/callers.md), instead of API_KEYS. It is reloaded when it changes.',
  )
  @IsOptional()
  @MaxLength(4096)
  @IsUsedWith('AUTH_MODE', 'api-key')
  CALLERS_FILE?: string;

  @Variable(
    'Requests a second that each caller may make to all processes together, unless CALLERS_FILE says otherwise. Choose it above what a well-behaved caller needs. Absent: no limit.',
  )
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_REQUESTS_PER_SECOND?: number;

  @Variable(
    'Requests that a caller may make at once after a pause. Absent: as many as CALLER_REQUESTS_PER_SECOND allows in a second. A batch of 100 customers needs 100.',
  )
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_BURST?: number;

  @Variable('Concurrent requests of one caller in each process, unless CALLERS_FILE says otherwise. Absent: no limit.')
  @IsOptional()
  @IsWholeNumber(1, 100_000)
  CALLER_CONCURRENT?: number;

  @Variable('URL of the JSON Web Key Set for callers’ tokens.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: CallerVariables) => env.AUTH_MODE === 'jwt' || env.JWT_JWKS_URL !== undefined)
  @IsBaseUrl()
  JWT_JWKS_URL?: string;

  @Variable('Issuer that callers’ tokens must name.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: CallerVariables) => env.AUTH_MODE === 'jwt' || env.JWT_ISSUER !== undefined)
  @IsVisibleAscii('must be set, in visible ASCII characters')
  JWT_ISSUER?: string;

  @Variable('Audience that callers’ tokens must name.', { requiredWhen: 'AUTH_MODE is jwt' })
  @ValidateIf((env: CallerVariables) => env.AUTH_MODE === 'jwt' || env.JWT_AUDIENCE !== undefined)
  @IsVisibleAscii('must be set, in visible ASCII characters')
  JWT_AUDIENCE?: string;

  @Variable('How far the clocks of the issuer of callers’ tokens and of this machine may differ.')
  @IsWholeNumber(0, 300)
  JWT_LEEWAY_SECONDS = 30;

  @Variable(
    'Accepted types of callers’ tokens (their header typ), comma-separated: at+jwt (RFC 9068), jwt, or none when the header is absent. Tokens with nonce, at_hash, c_hash or events are always refused. An ID token may have none of these: if you add jwt or none, only its audience, the client’s id, tells it apart, so JWT_AUDIENCE must not be a client’s id.',
  )
  @IsListOf(TOKEN_TYPES)
  JWT_TYPES = 'at+jwt';
}
