import { isIPv6 } from 'node:net';

/** Where Redis is, and how to connect to it. */
export interface RedisAddress {
  /** As configured; a `standalone` address may turn out to belong to a cluster. */
  readonly mode: 'standalone' | 'cluster' | 'sentinel';
  readonly tls: boolean;
  /** The server, some nodes of the cluster, or the sentinels. Never empty. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** The user name for the Redis servers; null: none is sent. */
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number;
  /** The sentinels' name for the primary; null without Sentinel. */
  readonly primaryName: string | null;
}

const SCHEME = /^(rediss?)(\+sentinel)?:\/\//;
const HOST_AND_PORT = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/;
const DATABASE = /^\/(\d{0,5})$/;
const PRIMARY_AND_DATABASE = /^\/([\w.-]{1,128})(?:\/(\d{1,5}))?$/;

/**
 * Reads `REDIS_URL`: `redis://user:password@host:port/database`, a server or any one node of a Redis Cluster; several addresses,
 * comma-separated, each with the scheme or without it, are the nodes of a Redis Cluster;
 * `redis+sentinel://user:password@host:port,host:port/primary/database` are sentinels. `rediss` is the same over TLS. User and password are
 * percent-decoded.
 * @returns null for anything else
 */
export function readRedisAddress(text: string): RedisAddress | null {
  const scheme = SCHEME.exec(text);
  if (!scheme) return null;
  const [prefix, protocol, sentinel] = scheme;
  // Each piece begins with the scheme; a password may hold a comma.
  const pieces = text.slice(prefix.length).replaceAll(/,\s+/g, ',').split(`,${prefix}`);
  const found = pieces.map(readPiece);
  const credentials = [...new Set(found.flatMap((piece) => piece?.credentials ?? []))];
  const paths = [...new Set(found.flatMap((piece) => piece?.path ?? []))];
  const hosts = found.flatMap((piece) => piece?.hosts.split(',') ?? []).map((host) => readHost(host, sentinel));
  const [login = null, anotherLogin] = credentials;
  const [path = '/', anotherPath] = paths;
  if (found.includes(null) || anotherLogin !== undefined || anotherPath !== undefined) return null;
  const user = readCredentials(login);
  const place = sentinel === undefined ? DATABASE.exec(path) : PRIMARY_AND_DATABASE.exec(path);
  if (!user || !place || !hosts.every((host) => host !== null)) return null;
  const common = { tls: protocol === 'rediss', hosts, ...user };
  if (sentinel !== undefined)
    return { mode: 'sentinel', ...common, primaryName: place[1] ?? null, db: Number(place[2] ?? 0) };
  const db = Number(place[1]);
  if (hosts.length === 1) return { mode: 'standalone', ...common, db, primaryName: null };
  return db === 0 ? { mode: 'cluster', ...common, db, primaryName: null } : null;
}

interface Piece {
  readonly credentials: string | null;
  readonly hosts: string;
  readonly path: string | null;
}

/** `credentials@hosts/path`; only the hosts are required. */
function readPiece(piece: string): Piece | null {
  const at = piece.lastIndexOf('@');
  const [, hosts, path] = /^([^/?#\s]+)(\/[^?#\s]*)?$/.exec(piece.slice(at + 1)) ?? [];
  if (hosts === undefined) return null;
  return { credentials: at < 0 ? null : piece.slice(0, at), hosts, path: path ?? null };
}

function readHost(text: string, sentinel: string | undefined): { host: string; port: number } | null {
  const [, address, name, digits] = HOST_AND_PORT.exec(text) ?? [];
  const host = address ?? name;
  const port = Number(digits ?? (sentinel === undefined ? 6379 : 26_379));
  if (host === undefined || (address !== undefined && !isIPv6(address)) || port < 1 || port > 65_535) return null;
  return { host, port };
}

function readCredentials(login: string | null): Pick<RedisAddress, 'username' | 'password'> | null {
  if (login === null) return { username: null, password: null };
  const colon = login.indexOf(':');
  try {
    const username = decodeURIComponent(colon < 0 ? login : login.slice(0, colon));
    return {
      username: username === '' ? null : username,
      password: colon < 0 ? '' : decodeURIComponent(login.slice(colon + 1)),
    };
  } catch {
    return null; // Not percent-encoded.
  }
}
