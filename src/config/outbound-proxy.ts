/** The proxy for calls to the upstreams and to the identity provider. */
export interface OutboundProxy {
  /** It contains the credentials, so it must not be logged. */
  readonly url: string;
  /** Comma-separated hosts that are called without it. */
  readonly exceptions: string;
}

const HOST = String.raw`[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*`;
const EXCEPTION = new RegExp(String.raw`^(?:${HOST}(?::\d{1,5})?|\*?\.${HOST}|[\da-f]*:[\da-f:]*:[\da-f:.]*)$`, 'i');
/** Many programs read these by convention, in upper or lower case. */
const USUAL_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'];

/** Whether it is the URL of a proxy, and nothing more: `http://[user:password@]host[:port]`, or https. */
export function isProxyUrl(value: string): boolean {
  const url = URL.parse(value);
  if (!url || !/^https?:\/\//i.test(value) || url.pathname + url.search + url.hash !== '/') return false;
  try {
    decodeURIComponent(`${url.username}:${url.password}`);
    return true;
  } catch {
    return false;
  }
}

/** Whether it is a host, with or without a port, an IP address, or a suffix such as `.example.com` or `*.example.com`. */
export function isProxyException(value: string): boolean {
  return EXCEPTION.test(value);
}

/** The names of the conventional variables that are set. */
export function usualProxyVariables(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return USUAL_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).filter((name) =>
    Boolean(variables[name]?.trim()),
  );
}
