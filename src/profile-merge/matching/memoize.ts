/** Runs a test once for each value. It saves time because the billing platform copies one name and address into all its connectors. */
export function memoize<Value>(test: (value: Value) => boolean): (value: Value) => boolean {
  const results = new Map<Value, boolean>();
  return (value) => {
    const result = results.get(value) ?? test(value);
    results.set(value, result);
    return result;
  };
}
