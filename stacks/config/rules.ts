import { isIP } from "node:net";
import { urlHost } from "../../components/kubernetes/hostAddress";
import { quantityBytes } from "../../components/kubernetes/quantity";

/** The rule of a value: how to parse it, and how a message says what is allowed. */
export interface Rule<T> {
  /** Completes the sentence "expected …". */
  readonly allowed: string;
  /** An allowed value, as you would type it. Of a secret: the rest of its command, e.g. ` < FILE`. */
  readonly example: string;
  /** JSON schema of the value in a stack file, for editors: never stricter than `parse`. */
  readonly schema: object;
  /** The value of the text; undefined if the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
}

/** The YAML types of a text: unquoted, `7` and `true` have other types, but the program reads them as texts. */
const scalar = ["string", "number", "boolean"];

const quantitySchema = {
  type: ["string", "number"],
  pattern: "^([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+|[mkMGTPE]|[KMGTPE]i)?$",
};

/** A list of texts, or one as JSON, as `pulumi config set` writes it. */
function listSchema(maxItems: number): object {
  return {
    anyOf: [
      { type: "array", maxItems, items: {} },
      { type: "string", pattern: "^\\s*\\[" },
    ],
  };
}

export function wholeNumber(minimum: number, maximum: number, example: number): Rule<number> {
  return {
    allowed: `a whole number from ${minimum} to ${maximum}`,
    example: String(example),
    schema: {
      anyOf: [
        { type: "integer", minimum, maximum },
        { type: "string", pattern: "^[0-9]+$" },
      ],
    },
    parse: (text) => {
      const value = Number(text);
      return /^(0|[1-9]\d{0,9})$/.test(text) && value >= minimum && value <= maximum ? value : undefined;
    },
  };
}

export function oneOf<T extends string>(...values: readonly [T, ...T[]]): Rule<T> {
  return {
    allowed: values.join(" or "),
    example: values[0],
    schema: { enum: values },
    parse: (text) => values.find((value) => value === text),
  };
}

export const trueOrFalse: Rule<boolean> = {
  allowed: "true or false",
  example: "true",
  schema: { enum: [true, false, "true", "false"] },
  parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
};

/**
 * A URL of a web server. User and password in it are refused, as it is shown and stored in plain text. Quotes, `$`, parentheses
 * and the like are refused too, although URLs may have them: other programs read the URL, and repositories do not use them.
 */
export const webAddress = (example: string) =>
  url(
    "an http or https URL without user and password, its path of a-z, A-Z, 0-9 and . _ ~ % + : = @ / -",
    example,
    /^https?:\/\/(\w[\w-]*(\.\w[\w-]*)*|\[[0-9a-fA-F:.]+\])(:(?<port>\d{1,5}))?(\/[\w.~%+:=@/-]*)?$/,
    2000,
  );

/** The address of a site: a scheme and a host, the beginning of every link. */
export const siteAddress = url(
  "an http or https URL of a host, without a path",
  "https://blog.example.com",
  /^https?:\/\/(?<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?<port>\d{1,5}))?$/,
  253,
);

/**
 * A text that matches the pattern and that programs can parse as a URL. Programs change the host of some such texts, or refuse it:
 * `https://1` is `https://0.0.0.1`, and `https://1.2.3.256` is an error. If the pattern has the group `host`, such texts are refused.
 */
function url(allowed: string, example: string, pattern: RegExp, maximumLength: number): Rule<string> {
  const rule = matching(allowed, example, pattern, maximumLength);
  const isUrl = (text: string) => {
    const { host } = pattern.exec(text)?.groups ?? {};
    return host === undefined ? URL.canParse(text) : hasHost(text, host);
  };
  return { ...rule, parse: (text) => (rule.parse(text) !== undefined && isUrl(text) ? text : undefined) };
}

/** Whether clients that parse the URL keep its host as written. */
function hasHost(url: string, host: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === host;
}

/** Host names and IP addresses as a JSON list, the form of lists in the configuration. IPv6 addresses get brackets. */
export const hostNames: Rule<readonly string[]> = {
  allowed: "a list of host names in lower case and of IP addresses, without port",
  example: '["blog.example.com"]',
  schema: listSchema(100),
  parse: (text) => {
    const hosts = parsed(text);
    if (!Array.isArray(hosts) || hosts.length > 100) return undefined;
    const read = hosts.map((host: unknown) => (typeof host === "string" ? hostOf(host) : undefined));
    return read.every((host) => host !== undefined) ? read : undefined;
  },
};

function hostOf(text: string): string | undefined {
  const host = urlHost(text);
  if (host.startsWith("[") && host.endsWith("]")) return URL.canParse(`http://${host}`) ? host : undefined;
  return hasHost(`http://${text}`, text) ? dnsSubdomain.parse(text) : undefined;
}

/** The destinations that pods may connect to: `open`, or a JSON list of CIDRs. */
export const egressRule: Rule<"open" | readonly string[]> = {
  allowed: "open, or a list of at most 100 CIDRs",
  example: '["192.0.2.0/24"]',
  schema: { anyOf: [{ const: "open" }, listSchema(100)] },
  parse: (text) => {
    if (text === "open") return "open";
    const ranges = parsed(text);
    return Array.isArray(ranges) && ranges.length <= 100 && ranges.every(isCidr) ? (ranges as string[]) : undefined;
  },
};

/** A JSON list of the proxies' CIDRs. A range of all addresses would let every visitor choose the address that the site sees. */
export const proxyRanges: Rule<readonly string[]> = {
  allowed: "a list of at most 100 CIDRs, none of them /0",
  example: '["192.0.2.0/24"]',
  schema: listSchema(100),
  parse: (text) => {
    const ranges = egressRule.parse(text);
    if (ranges === undefined || ranges === "open") return undefined;
    return ranges.some((range) => /\/0+$/.test(range)) ? undefined : ranges;
  },
};

function isCidr(range: unknown): boolean {
  const [, address = "", length = ""] =
    (typeof range === "string" && /^([0-9a-f.:]+)\/(0|[1-9]\d{0,2})$/i.exec(range)) || [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return length !== "" && Number(length) <= bits;
}

/** A text on one line. It is taken literally wherever it goes. */
export function plainText(maximumLength: number, example: string): Rule<string> {
  return {
    allowed: `1 to ${maximumLength} characters on one line`,
    example,
    schema: { type: scalar, minLength: 1, maxLength: maximumLength },
    parse: (text) => (text.trim() !== "" && text.length <= maximumLength && !/\p{Cc}/u.test(text) ? text : undefined),
  };
}

/** The value of a JSON text; the text itself if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An image registry: `registry[:port][/path]`, without a slash at the end. */
export const imageRegistry = matching(
  "an image registry: host[:port][/path]",
  "registry.example.com/openebs",
  /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:(?<port>\d{1,5}))?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
  253,
);

/** A text that matches a pattern. If the pattern has the group `port`, that is a number from 1 to 65535. */
export function matching(allowed: string, example: string, pattern: RegExp, maximumLength: number): Rule<string> {
  return {
    allowed,
    example,
    schema: { type: scalar, maxLength: maximumLength, pattern: pattern.source },
    parse: (text) => {
      const match = text.length <= maximumLength ? pattern.exec(text) : null;
      return match && isPort(match.groups?.port) ? text : undefined;
    },
  };
}

function isPort(digits: string | undefined): boolean {
  return digits === undefined || (/^[1-9]/.test(digits) && Number(digits) <= 65535);
}

/** A name of a namespace or a Service (RFC 1123 label). */
export const dnsLabel = matching(
  "a DNS label: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends",
  "wordpress",
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  63,
);

/** A name of a storage class or a node (RFC 1123 subdomain). */
export const dnsSubdomain = matching(
  "a DNS subdomain: at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends of each part",
  "openebs-replicated",
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  253,
);

/** An image reference of a pod: `[registry[:port]/]path[:tag][@digest]`. */
export const imageReference = (example: string) =>
  matching(
    "an image reference: [registry/]name[:tag][@sha256:…]",
    example,
    /^([a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:(?<port>\d{1,5}))?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
    383,
  );

/** An image whose tag names at least this version of a program. Tags that are not a version, and other images, are accepted. */
export const imageSince =
  (program: string, least: readonly [number, number, number]) =>
  (example: string): Rule<string> => {
    const rule = imageReference(example);
    const tagged = new RegExp(`${program}[^/:@]*:v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?(?=[-_.@]|$)`);
    const isOlder = (text: string) => {
      const [version, ...parts] = tagged.exec(text) ?? [];
      // A tag without the last number is that of the newest such release.
      const numbers = least.map((_, index) => Number(parts[index] ?? Infinity));
      const index = numbers.findIndex((number, at) => number !== least[at]);
      return version !== undefined && (numbers[index] ?? 0) < (least[index] ?? 0);
    };
    return {
      ...rule,
      allowed: `${rule.allowed}, of ${program} ${least.join(".")} or newer`,
      parse: (text) => (rule.parse(text) === undefined || isOlder(text) ? undefined : text),
    };
  };

/** A storage size, kept as the given text. */
export function storageSize(minimum?: string): Rule<string> {
  const least = minimum === undefined ? 1 : (quantityBytes(minimum) ?? Infinity);
  return {
    allowed: minimum === undefined ? "a Kubernetes quantity above 0" : `a Kubernetes quantity of at least ${minimum}`,
    example: "2Gi",
    schema: quantitySchema,
    parse: (text) => ((quantityBytes(text) ?? 0) >= least ? text : undefined),
  };
}

/** A quantity between two others, kept as the given text. */
export function quantityWithin(minimum: string, maximum: string, example: string): Rule<string> {
  const [least, most] = [quantityBytes(minimum) ?? 0, quantityBytes(maximum) ?? Infinity];
  return {
    allowed: `a Kubernetes quantity from ${minimum} to ${maximum}`,
    example,
    schema: quantitySchema,
    parse: (text) => {
      const bytes = quantityBytes(text);
      return bytes !== undefined && bytes >= least && bytes <= most ? text : undefined;
    },
  };
}

export function anyText(example: string): Rule<string> {
  return { allowed: "any text", example, schema: { type: scalar }, parse: (text) => text };
}

/** A password. Its example is empty: the command prompts for it. */
export function password(minimum: number, maximum: number): Rule<string> {
  const isPassword = (text: string) => text.length >= minimum && text.length <= maximum && !/[\r\n\0]/.test(text);
  return {
    allowed: `${minimum} to ${maximum} characters on one line`,
    example: "",
    schema: {},
    parse: (text) => (isPassword(text) ? text : undefined),
  };
}

/** The text of an SSH private key. */
export const privateKey: Rule<string> = {
  allowed: "the text of a private key, as ssh-keygen writes it",
  example: " < ~/.ssh/id_ed25519",
  schema: {},
  parse: (text) => (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) ? text : undefined),
};
