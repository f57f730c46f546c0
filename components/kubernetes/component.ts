import * as pulumi from "@pulumi/pulumi";
import { dependencies } from "./dependencies";

/** A component whose steps create its children. Each child depends on whatever the component itself depends on. */
export abstract class Component<Args> extends pulumi.ComponentResource {
  /** @param type type token: `wordpress:<room>:<Class>` @param name prefix of the children's names */
  protected constructor(
    type: string,
    protected readonly name: string,
    protected readonly args: Args,
    protected readonly options: pulumi.ComponentResourceOptions = {},
  ) {
    super(type, name, {}, options);
  }

  /** Options of a child. @param dependsOn resources that the child depends on, in addition to those of the component */
  protected child(...dependsOn: readonly pulumi.Resource[]) {
    return { parent: this, dependsOn: dependencies(this.options, ...dependsOn) };
  }
}
