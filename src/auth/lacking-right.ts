import { type AuthConfig } from '../config/callers/auth-config.ts';
import { type Right } from '../config/callers/rights.ts';
import { Problem } from '../problems/problem.ts';

/** The refusal of a caller without a right. For a token it names the scope to ask for (RFC 6750, section 3.1). */
export function lackingRight(right: Right, mode: AuthConfig['mode']): Problem {
  const challenge = { 'www-authenticate': `Bearer error="insufficient_scope", scope="${right}"` };
  return new Problem('forbidden', `This needs the right ${right}.`, {
    extensions: { right },
    ...(mode === 'jwt' ? { headers: challenge } : {}),
  });
}
