/** Injection token of the `AuditOutput`. */
export const AUDIT_OUTPUT = Symbol('audit output');

/** Writes a line, with its end, and never drops it. It calls `onWritten` once the line is written. */
export type AuditOutput = (line: string, onWritten: () => void) => void;
