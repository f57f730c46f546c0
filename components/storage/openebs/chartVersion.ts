import { matching } from "../../../stacks/config/rules";

/** Versions of OpenEBS's chart whose DiskPools are known here: with 4.3 they became `openebs.io/v1beta3`. */
export const chartVersion = matching(
  "a version of OpenEBS's chart from 4.3.0 to 4.4.x, whose DiskPools are openebs.io/v1beta3",
  "4.4.0",
  /^4\.[34]\.(0|[1-9]\d*)$/,
  20,
);

/** What their DiskPools are. */
export const diskPoolApiVersion = "openebs.io/v1beta3";
