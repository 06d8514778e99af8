import fc from 'fast-check';

/** `npm run proof` sets it: each property is then tried for this many seconds. */
const { FUZZ_SECONDS } = process.env;
/** The runner gives a test up after a minute; `limitMs` of a test that fuzzes. */
export const LIMIT_MS = 60_000 + Number(FUZZ_SECONDS ?? 0) * 1000;

/**
 * Tries a property with this many inputs, or for FUZZ_SECONDS. Saved counterexamples come first.
 * @param saved inputs on which the property failed before it was mended, or that are worth trying each time
 */
export async function fuzz<Input>(
  input: fc.Arbitrary<Input>,
  holds: (input: Input) => void | Promise<void>,
  { inputs, saved = [] }: { readonly inputs: number; readonly saved?: readonly Input[] },
): Promise<void> {
  const longer = { numRuns: 100_000_000, interruptAfterTimeLimit: Number(FUZZ_SECONDS) * 1000 };
  let underWay: Promise<unknown> = Promise.resolve();
  const property = fc.asyncProperty(input, async (one) => {
    const run = (async () => holds(one))();
    underWay = run.catch(() => undefined); // The returned promise reports its failure.
    return run;
  });
  await fc.assert(property, {
    ...(FUZZ_SECONDS === undefined ? { numRuns: inputs } : longer),
    includeErrorInReport: true,
    examples: saved.map((one): [Input] => [one]),
  });
  // The end of the time interrupts the last one, which would go on beside the next test.
  await underWay;
}

/** JSON, some of it as it would be, with any part of it replaced, left out, or put twice. */
export function mutated(valid: readonly unknown[]): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, '', 0, -1, 1e308, true, [], {}, '__proto__', '\u0000', '\ud800', 'x'.repeat(5000)),
  );
  const places = fc.array(fc.tuple(fc.nat(60), odd, fc.constantFrom('replace', 'remove', 'repeat')), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.tuple(fc.constantFrom(...valid), places).map(([value, changes]) => {
    const root: Record<string, unknown> = { value: structuredClone(value) };
    for (const [at, other, how] of changes) change(root, at, other, how);
    return root.value ?? null;
  });
}

/** Does it to the place with this number, in the order of the document. */
function change(root: Record<string, unknown>, at: number, other: unknown, how: string): void {
  const places: (readonly [parent: Record<string, unknown>, name: string])[] = [];
  const visit = (parent: Record<string, unknown>): void => {
    for (const [name, child] of Object.entries(parent)) {
      places.push([parent, name]);
      if (typeof child === 'object' && child !== null) visit(child as Record<string, unknown>);
    }
  };
  visit(root);
  const [parent, name] = places[at % places.length] ?? [root, 'value'];
  if (how === 'remove' && Array.isArray(parent)) parent.splice(Number(name), 1);
  else if (how === 'remove') Reflect.deleteProperty(parent, name);
  else if (how === 'repeat') parent[name] = [parent[name], parent[name]];
  else parent[name] = other;
}
