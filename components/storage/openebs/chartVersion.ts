import { matching } from "../../../stacks/config/rules";

/** Supported versions of OpenEBS's chart: since 4.3 DiskPools are `openebs.io/v1beta3`. */
export const chartVersion = matching(
  "a version of OpenEBS's chart from 4.3.0 to 4.4.x, whose DiskPools are openebs.io/v1beta3",
  "4.4.0",
  /^4\.[34]\.(0|[1-9]\d*)$/,
  20,
);

/** API version of DiskPools in these charts. */
export const diskPoolApiVersion = "openebs.io/v1beta3";
