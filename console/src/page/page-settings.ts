import { type AuthMode } from '../reading/session.ts';

const named = document.querySelector<HTMLMetaElement>('meta[name="auth-mode"]')?.content;

/** How the service authenticates callers. */
export const AUTH_MODE: AuthMode = named === 'api-key' || named === 'jwt' ? named : 'none';

/** The URL below which the API lies, including a path that a gateway adds. It ends with a slash. */
export const BASE_URL = new URL('.', location.href.split('#')[0]).href;
