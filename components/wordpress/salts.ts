import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { Component } from "../kubernetes/component";
import { digest } from "../kubernetes/digest";
import { labels } from "../kubernetes/labels";

/** Names of the eight constants that WordPress signs cookies and nonces with. All pods need the same values. */
const keyNames = ["AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY"] as const;
const saltNames = ["AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT"] as const;

export interface SaltsArgs {
  readonly namespace: string;
  /** Any text. Another text replaces all salts, which logs all users out. */
  readonly rotation: string;
  /** Whether `pulumi destroy` refuses to delete the Secret. */
  readonly protect: boolean;
}

/** The Secret `wordpress-secrets` of all pods: WordPress's eight keys and salts, 40 random hexadecimal digits each. */
export class Salts extends Component<SaltsArgs> {
  readonly secretName = "wordpress-secrets";
  /** Checksum of the salts. In the pod template it rolls the pods. */
  readonly checksum: pulumi.Output<string>;

  constructor(name: string, args: SaltsArgs, options?: pulumi.ComponentResourceOptions) {
    super("wordpress:site:WordPressKeys", name, args, options);
    const child = this.child();
    const values = Object.fromEntries(
      [...keyNames, ...saltNames].map((key) => [`WORDPRESS_${key}`, hexDigits(resourceName(name, key), args, child)]),
    );
    new Secret(
      `${name}-secret`,
      {
        metadata: { name: this.secretName, namespace: args.namespace, labels: labels("wordpress") },
        stringData: values,
      },
      { ...child, protect: args.protect },
    );
    this.checksum = pulumi.output(values).apply(digest);
    this.registerOutputs({});
  }
}

function resourceName(name: string, key: string): string {
  return `${name}-${key.toLowerCase().replaceAll("_", "-")}`;
}

/**
 * 160 random bits as 40 digits, like the SHA-1 sums in the tutorial *Just add another pod*. RandomPassword encrypts its value in the
 * state. RandomBytes and RandomId, the obvious choices, do not.
 */
function hexDigits(name: string, { rotation }: SaltsArgs, options: pulumi.CustomResourceOptions) {
  return new RandomPassword(
    name,
    {
      length: 40,
      lower: false,
      upper: false,
      numeric: true,
      special: true,
      overrideSpecial: "abcdef",
      keepers: { rotation },
    },
    options,
  ).result;
}
