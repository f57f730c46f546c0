import type { Provider, ResourceProvider } from "./provider";
import { refuse } from "./providerService";

/**
 * Creates a provider that dispatches each request by the resource's type.
 * @param otherwise provider of the types that are not listed. @default they are refused
 */
export function byType(
  version: string,
  providers: Readonly<Record<string, ResourceProvider>>,
  otherwise?: Provider,
): Provider {
  const of = (type: string): ResourceProvider => providers[type] ?? otherwise ?? refuse(type);
  return {
    version,
    diffConfig: (olds, news) => otherwise?.diffConfig?.(olds, news) ?? { changes: [] },
    configure: (args, engine) => otherwise?.configure?.(args, engine),
    check: (request) => of(request.type).check(request),
    diff: (request) => of(request.type).diff(request),
    create: (request) => of(request.type).create(request),
    update: (request) => of(request.type).update(request),
    delete: (request) => of(request.type).delete(request),
    read: (request) => of(request.type).read(request),
  };
}
