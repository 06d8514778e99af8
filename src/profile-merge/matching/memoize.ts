/** Runs a test once for each value. The billing platform copies one name and address into all its connectors. */
export function memoize<Value>(test: (value: Value) => boolean): (value: Value) => boolean {
  const known = new Map<Value, boolean>();
  return (value) => {
    const result = known.get(value) ?? test(value);
    known.set(value, result);
    return result;
  };
}
