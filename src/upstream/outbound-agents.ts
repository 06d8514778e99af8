import { Agent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type OutboundProxy } from '../config/outbound-proxy.ts';

/** A silent proxy keeps its connection no longer than this, even when the call has ended meanwhile. */
const TUNNEL_TIMEOUT_MS = 4000;

/** The pools of outbound connections, as axios names them. */
export interface OutboundAgents {
  readonly httpAgent: Agent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * Connections directly to an upstream, or through the proxy: it forwards http requests, and https goes through a tunnel
 * (CONNECT), whose connection is kept alive like any other. Node itself applies the proxy and its exceptions, under the
 * names of the variables that it would read.
 */
export function outboundAgents(proxy: OutboundProxy | null, options: AgentOptions = {}): OutboundAgents {
  const proxied = proxy && { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: proxy.exceptions };
  const all = proxied === null ? options : { timeout: TUNNEL_TIMEOUT_MS, ...options, proxyEnv: proxied };
  return { httpAgent: new Agent(all), httpsAgent: new HttpsAgent(all) };
}
