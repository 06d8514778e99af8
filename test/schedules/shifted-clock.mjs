/** Imported before the service: its wall clock is ahead by SHIFT_MS; elapsed time is unchanged. */
const shiftMs = Number(process.env.SHIFT_MS ?? 0);
const now = Date.now.bind(Date);
Date.now = () => now() + shiftMs;
