import type * as pulumi from "@pulumi/pulumi";

/** How clients connect to the database: its address, and the names of objects in the namespace with their key names. */
export interface DatabaseConnection {
  /** IP address of the Service for clients. With a name, each request of a visitor would wait for a DNS lookup. */
  readonly host: pulumi.Input<string>;
  readonly configMap: { readonly name: string; readonly database: string };
  /** User and password are in one object, so that a starting container gets either both old values or both new ones. */
  readonly secret: { readonly name: string; readonly username: string; readonly password: string };
}
