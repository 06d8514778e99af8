import { setPriority } from 'node:os';

const NICE = 10;

/** Imported by tests that run beside others: this thread, and the processes that it starts, get what the others leave of the processor. */
setPriority(NICE);
