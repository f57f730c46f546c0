import { GetRequiredPackagesResponse } from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PackageParameterization } from "@pulumi/pulumi/proto/plugin_pb";
import { installedPackages, type PackageFile, type Parameterization } from "./installedPackages";

/** The plugins that a program's SDKs require, with their versions. */
export function requiredPackages(folder: string): GetRequiredPackagesResponse {
  const packages = installedPackages(folder).flatMap((file) => requirement(file) ?? []);
  return new GetRequiredPackagesResponse().setPackagesList(packages);
}

function requirement(file: PackageFile): PackageDependency | undefined {
  const { pulumi } = file;
  if (!pulumi?.resource) return undefined;
  const name = pulumi.name ?? (file.name?.startsWith("@pulumi/") ? file.name.slice("@pulumi/".length) : undefined);
  const version = pulumi.version ?? file.version;
  if (!name || !version) return undefined;
  const found = new PackageDependency()
    .setName(name)
    .setKind("resource")
    .setVersion(version.startsWith("v") ? version : `v${version}`)
    .setServer(pulumi.server ?? "");
  if (pulumi.parameterization) found.setParameterization(parameterization(pulumi.parameterization));
  if (pulumi.extensionParameterization) found.setExtension$(parameterization(pulumi.extensionParameterization));
  return found;
}

function parameterization({ name, version, value }: Parameterization): PackageParameterization {
  return new PackageParameterization().setName(name).setVersion(version).setValue(value);
}
