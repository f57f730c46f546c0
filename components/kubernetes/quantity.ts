const multipliers: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * Bytes of a Kubernetes quantity such as `1Gi`, `1.5G`, or `2e9`.
 * @returns undefined for a text that is not a quantity
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantityBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:([eE][+-]?\d+)|([mkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (!match) return undefined;
  const [, digits, exponent, suffix] = match;
  const bytes = Number(`${digits}${exponent ?? ""}`) * (multipliers[suffix ?? ""] ?? NaN);
  return Number.isFinite(bytes) ? bytes : undefined;
}

/** Whole bytes of a quantity, for programs that accept no fractions: `1.1Gi` is 1181116006.4. 0 for a text that is not a quantity. */
export function wholeBytes(text: string): number {
  return Math.floor(quantityBytes(text) ?? 0);
}
