import Module from "node:module";

/**
 * Modules that the SDK loads at its start, but needs only to serialize functions. These two take half of the processor time of loading
 * the SDK. They are loaded when the SDK first uses one of their exports.
 */
const rarelyUsed = ["typescript", "@npmcli/arborist"];

type Load = (request: string, parent: { readonly filename?: string } | undefined, isMain: boolean) => object;

/** The function that `require` calls for every module. */
const modules = Module as unknown as { _load: Load };
const load = modules._load;

modules._load = function (this: unknown, request, parent, isMain) {
  const isLazy = rarelyUsed.includes(request) && parent?.filename?.includes("/@pulumi/pulumi/");
  if (!isLazy) return load.call(this, request, parent, isMain);
  return new Proxy(
    {},
    {
      get: (_, key): unknown =>
        // The SDK reads this when it imports a module. With true, it uses the module directly.
        key === "__esModule" || Reflect.get(load.call(this, request, parent, isMain), key),
    },
  );
};
