import Module from "node:module";

/**
 * Modules that the SDK loads at its start, and needs for functions that become resources alone: these two are half of the processor time
 * that it takes to load the SDK. For the SDK they are loaded when it uses something of them.
 */
const rarelyUsed = ["typescript", "@npmcli/arborist"];

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => object;

/** What `require` calls for every module. */
const modules = Module as unknown as { _load: Load };
const load = modules._load;

modules._load = function (this: unknown, request, parent, isMain) {
  const isLazy = rarelyUsed.includes(request) && parent?.filename?.includes("/@pulumi/pulumi/");
  if (!isLazy) return load.call(this, request, parent, isMain);
  return new Proxy(
    {},
    {
      get: (_, key): unknown =>
        // The SDK asks this of a module when it imports it. With true it takes the module as it is.
        key === "__esModule" || Reflect.get(load.call(this, request, parent, isMain), key),
    },
  );
};
