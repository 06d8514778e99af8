import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Linux counts in hundredths of a second, whatever the kernel was built with. */
const MS_PER_TICK = 10;

/** Milliseconds of CPU that a process has used, its system calls included; NaN where there is no /proc. */
export function processCpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(utime) + Number(stime)) * MS_PER_TICK;
  } catch {
    return NaN;
  }
}

/** Microseconds of CPU that the threads of a process have used, by the scheduler's own exact count; NaN where there is no /proc. */
export function threadsCpuMicros(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const times = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]),
    );
    return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1000;
  } catch {
    return NaN;
  }
}

/** Milliseconds that a core was not idle since the machine started. */
export function coreBusyMs(core: number): number {
  const times = cpus()[core]?.times;
  return times ? times.user + times.nice + times.sys + times.irq : NaN;
}

/** Megabytes of memory that a process has resident; NaN where there is no /proc. */
export function residentMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return NaN;
  }
}

/** Bytes of memory that programs can still be given; NaN where there is no /proc. */
export function availableBytes(): number {
  try {
    const [, kilobytes] = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'latin1')) ?? [];
    return Math.min(Number(kilobytes) * 1024, process.availableMemory());
  } catch {
    return NaN;
  }
}
