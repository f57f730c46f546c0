import type * as pulumi from "@pulumi/pulumi";

/** What others need to connect: names of objects in the namespace, and of the keys in them. */
export interface DatabaseConnection {
  /** Address of the Service for clients: no request of a visitor waits for a name server. */
  readonly host: pulumi.Input<string>;
  readonly configMap: { readonly name: string; readonly database: string };
  /** User and password are of one object, so that whoever starts gets both old or both new. */
  readonly secret: { readonly name: string; readonly username: string; readonly password: string };
}
