/**
 * The process. It handles signals before it loads anything else: the kernel drops a signal that the first process of a
 * container does not handle. A signal during the start ends the process before it listens. With `--check` it only prints
 * the configuration that it would use, and ends.
 */
const endBeforeStart = (): void => {
  process.exit(0);
};
process.on('SIGTERM', endBeforeStart).on('SIGINT', endBeforeStart);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  process.stderr.write(`This service needs Node 24.9 or newer. Found ${process.version}.\n`);
  process.exit(1);
}

if (process.argv.includes('--check')) {
  const { printConfigCheck } = await import('./config/environment/check-config.ts');
  process.exit(printConfigCheck(process.env));
}

const { start } = await import('./start.ts');
await start(() => {
  process.off('SIGTERM', endBeforeStart).off('SIGINT', endBeforeStart);
});

export {};
