import { UserError } from "../kubectl/scriptRuntime";
import { isServing } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { AnyObject, ObjectMeta, Pod } from "../kubernetes/objects";
import { pollUntilEmpty } from "../kubectl/polling";

/** Annotation of the site's pods: checksum of the database user and password that they were started with. */
export const databaseChecksumAnnotation = "wordpress/database-checksum";

/** The database user that WordPress needs. */
export interface PreparedUser {
  readonly namespace: string;
  readonly database: string;
  /** Secret; letters and digits only. */
  readonly password: string;
}

/** The user to keep. */
export interface PreviousUsersRequest {
  readonly namespace: string;
  readonly user: string;
  /** Value of {@link databaseChecksumAnnotation} on the pods that use this user. */
  readonly checksum: string;
}

interface Secret {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

/** Timeout in whole seconds for the server to become ready, and for pods with another user to terminate. */
const defaultTimeoutSeconds = 180;

const firstUser = "wordpress";
const anyUser = "host = '%' and user regexp '^wordpress[0-9]*$'";

/**
 * Creates a database user with this password. Running pods keep their own user until they are replaced, so that a rotation has no
 * downtime. Without a server it only chooses the name: the image creates the user, or {@link ensurePassword} does.
 * @returns the user's name
 * @throws UserError if the server is not ready before the timeout
 */
export async function prepareUser(
  kubectl: Kubectl,
  { namespace, database, password }: PreparedUser,
  timeoutSeconds = defaultTimeoutSeconds,
): Promise<string> {
  const servers = await kubectl.list<AnyObject>("statefulsets", namespace);
  if (!servers.some(isNamed("mariadb"))) return userBeforeServer(kubectl, namespace, password);
  await untilReady(kubectl, namespace, timeoutSeconds);
  const users = await usersOf(kubectl, namespace, password);
  const user = users.find(({ hasPassword }) => hasPassword)?.name ?? freeUser(users.map(({ name }) => name));
  await runSql(kubectl, namespace, createUserSql(user, password, database));
  return user;
}

/**
 * Creates the user if it is missing, and sets its password if that differs. A server differs from its Secret if its data is older, for
 * example after a `pulumi destroy` that retained the data. No pod can use the user then.
 */
export async function ensurePassword(
  kubectl: Kubectl,
  { namespace, database, user, password }: PreparedUser & { readonly user: string },
): Promise<void> {
  const users = await usersOf(kubectl, namespace, password);
  if (users.some(({ name, hasPassword }) => name === user && hasPassword)) return;
  const change = `alter user '${user}'@'%' identified by '${password}';`;
  await runSql(kubectl, namespace, `${createUserSql(user, password, database)}\n${change}`);
}

/** The running server's version, e.g. `10.11.14-MariaDB`. @throws KubectlError */
export async function serverVersion(kubectl: Kubectl, namespace: string): Promise<string> {
  return (await runSql(kubectl, namespace, "select version();"))[0]?.[0] ?? "";
}

/**
 * Drops WordPress's previous database users once no pod uses them.
 * @returns their names
 * @throws UserError naming the pods that still use one after the timeout
 */
export async function dropPreviousUsers(
  kubectl: Kubectl,
  { namespace, user, checksum }: PreviousUsersRequest,
  timeoutSeconds = defaultTimeoutSeconds,
): Promise<string[]> {
  const previous = (await runSql(kubectl, namespace, `select user from mysql.user where ${anyUser};`))
    .map(([name = ""]) => name)
    .filter((name) => name !== user);
  if (previous.length === 0) return [];
  await pollUntilEmpty(
    timeoutSeconds,
    async () =>
      (await kubectl.list<Pod>("pods", namespace)).filter(
        ({ metadata, status }) =>
          metadata.labels?.app === "wordpress" &&
          !["Succeeded", "Failed"].includes(status.phase ?? "") &&
          metadata.annotations?.[databaseChecksumAnnotation] !== checksum,
      ),
    (pods) =>
      new UserError(
        "The database's previous user was not dropped, because pods still use it: " +
          `${pods.map(({ metadata }) => metadata.name).join(", ")}.\n` +
          `Inspect: kubectl --namespace ${namespace} get pods\nWhen they have terminated, run again: pulumi up`,
      ),
  );
  await runSql(kubectl, namespace, previous.map((name) => `drop user '${name}'@'%';`).join("\n"));
  return previous;
}

/** Returns the user before a server exists: the Secret's user, or the next free name if the Secret has another password. */
async function userBeforeServer(kubectl: Kubectl, namespace: string, password: string): Promise<string> {
  const data = (await kubectl.list<Secret>("secrets", namespace)).find(isNamed("mariadb"))?.data;
  const plain = (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString();
  const user = plain("username");
  if (user === "" || plain("password") === password) return user || firstUser;
  return freeUser([user]);
}

/** The first of `wordpress`, `wordpress2`, `wordpress3`, … that is free. */
function freeUser(taken: readonly string[]): string {
  let user = firstUser;
  for (let number = 2; taken.includes(user); number++) user = `${firstUser}${number}`;
  return user;
}

function isNamed(name: string) {
  return ({ metadata }: AnyObject) => metadata.name === name;
}

async function untilReady(kubectl: Kubectl, namespace: string, timeoutSeconds: number): Promise<void> {
  const isReadyServer = (pod: Pod) => isNamed("mariadb-0")(pod) && isServing(pod);
  await pollUntilEmpty(
    timeoutSeconds,
    async () => ((await kubectl.list<Pod>("pods", namespace)).some(isReadyServer) ? [] : ["mariadb-0"]),
    () =>
      new UserError(
        `databasePasswordRotation: the database was not ready within ${timeoutSeconds} s, and only a running database can get ` +
          `another password. Nothing was changed.\nInspect: kubectl --namespace ${namespace} describe pod mariadb-0`,
      ),
  );
}

async function usersOf(kubectl: Kubectl, namespace: string, password: string) {
  if (!/^[A-Za-z0-9]+$/.test(password)) throw new Error("the password must have letters and digits only");
  const sql = `select user, authentication_string = password('${password}') from mysql.user where ${anyUser};`;
  const rows = await runSql(kubectl, namespace, sql);
  return rows.map(([name = "", hasPassword]) => ({ name, hasPassword: hasPassword === "1" }));
}

function createUserSql(user: string, password: string, database: string): string {
  return `create user if not exists '${user}'@'%' identified by '${password}';
    grant all privileges on \`${database}\`.* to '${user}'@'%';`;
}

/**
 * Runs SQL as root in the server's pod, which has root's password. The SQL is passed by standard input: every process on the node
 * could read a command line.
 * @returns the rows, each as a list of columns
 */
async function runSql(kubectl: Kubectl, namespace: string, sql: string): Promise<string[][]> {
  const client = 'MYSQL_PWD="$MARIADB_ROOT_PASSWORD" exec mariadb --user=root --batch --skip-column-names';
  const output = await kubectl.run(
    ["exec", "--namespace", namespace, "--stdin=true", "mariadb-0", "--container=mariadb", "--", "sh", "-c", client],
    sql,
  );
  return output
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"));
}
