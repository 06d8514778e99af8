import { describe, expect, it } from '@jest/globals';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { usualProxyVariables } from '../../src/config/outbound-proxy.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';

const proxyOf = (more: Variables): Config['outboundProxy'] =>
  new Config(readEnv(sandboxVariables('http://localhost:9', more))).outboundProxy;

describe('a proxy for outbound calls', () => {
  it('is none unless it is set, also when the usual variables are', () => {
    expect(proxyOf({ HTTPS_PROXY: 'http://localhost:1', http_proxy: 'http://localhost:1' })).toBeNull();
  });

  it.each([
    ['http://proxy.example.org', 'http://proxy.example.org/'],
    ['HTTP://proxy.example.org:3128/', 'http://proxy.example.org:3128/'],
    ['https://u:p%40ss@[::1]:3128', 'https://u:p%40ss@[::1]:3128/'],
  ])('%s is read', (UPSTREAM_PROXY_URL, url) => {
    expect(proxyOf({ UPSTREAM_PROXY_URL })).toEqual({ url, exceptions: '' });
  });

  it('has exceptions: hosts, with a port, addresses and suffixes', () => {
    const UPSTREAM_PROXY_URL = 'http://localhost:1';
    const UPSTREAM_NO_PROXY = 'a.example.org, b:8080 ,.example.com,*.example.net,127.0.0.1,::1,10.0.0.1:80';
    expect(proxyOf({ UPSTREAM_PROXY_URL, UPSTREAM_NO_PROXY })).toMatchObject({
      exceptions: 'a.example.org,b:8080,.example.com,*.example.net,127.0.0.1,::1,10.0.0.1:80',
    });
    expect(() => proxyOf({ UPSTREAM_NO_PROXY })).toThrow('UPSTREAM_NO_PROXY: needs UPSTREAM_PROXY_URL');
  });

  it('knows the usual variables in either case', () => {
    expect(usualProxyVariables({ HTTPS_PROXY: 'x', http_proxy: 'x', ALL_PROXY: ' ', NO_PROXY: 'x' })).toEqual([
      'HTTPS_PROXY',
      'http_proxy',
    ]);
  });
});
