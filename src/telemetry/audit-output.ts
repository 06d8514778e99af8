/** Injection token of the `AuditOutput`. */
export const AUDIT_OUTPUT = Symbol('audit output');

/** Writes a line, with its end, and never drops it. `onWritten` is called once it is written. */
export type AuditOutput = (line: string, onWritten: () => void) => void;
