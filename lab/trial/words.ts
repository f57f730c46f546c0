/** The stack's outputs that the closing words name. */
export interface TrialOutputs {
  readonly url: string;
  /** Not with content per pod. */
  readonly adminUser?: string;
}

/** The commands that make plain pulumi and kubectl work on the trial's cluster, in your shell. */
function enterCommand(folder: string): string {
  return process.platform === "win32"
    ? `  npm run --silent try -- env | Invoke-Expression; cd '${folder}'`
    : `  eval "$(npm run --silent try -- env)" && cd ${folder}`;
}

/** @param folder folder of the program's copy */
export function failureWords(folder: string): string {
  return `
To see why and try again, in this folder:

${enterCommand(folder)}
  kubectl get pods,events --all-namespaces
  pulumi up

"npm run try" repeats it. "npm run try -- down" removes everything, to start from nothing.
`;
}

/** What `npm run try` ends with, on either kind of cluster. @param folder folder of the program's copy */
export function closingWords(folder: string, { url, adminUser }: TrialOutputs): string {
  const login = `\n  pulumi stack output adminPassword --show-secrets       # for ${adminUser}, at ${url}/wp-login.php`;
  return `
The site answers on ${url}. From this folder:

${enterCommand(folder)}
${adminUser === undefined ? "" : login}
  pulumi config set wordpressReplicas 3 && pulumi up     # scale
  kubectl --namespace wordpress get pods --output wide   # list the pods
  pulumi destroy                                         # delete the site

"npm run try" deploys your changes of the program. "npm run try -- down", in this folder, deletes the site and the
cluster.
`;
}
