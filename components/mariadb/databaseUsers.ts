import { UserError } from "../kubectl/scriptRuntime";
import { isServing } from "../kubernetes/conditions";
import type { Kubectl } from "../kubectl/client";
import type { AnyObject, ObjectMeta, Pod } from "../kubernetes/objects";
import { pollUntilEmpty } from "../kubectl/polling";

/** On the site's pods: the checksum of the user and password that they were started with. */
export const databaseChecksumAnnotation = "wordpress/database-checksum";

/** What WordPress's user is to have. */
export interface PreparedUser {
  readonly namespace: string;
  readonly database: string;
  /** Secret; letters and digits. */
  readonly password: string;
}

/** Which user is the one that stays. */
export interface FormerUsersRequest {
  readonly namespace: string;
  readonly user: string;
  /** What {@link databaseChecksumAnnotation} says on the pods that use it. */
  readonly checksum: string;
}

interface Secret {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

/** Whole seconds that the server, and the pods that still use another user, are waited for. */
const patience = 180;

const firstUser = "wordpress";
const anyUser = "host = '%' and user regexp '^wordpress[0-9]*$'";

/**
 * Gives WordPress a user with this password, beside the one that its pods use until they are replaced: no password changes that
 * anybody uses. Without a server there is nothing to do yet: the image makes the user, or {@link ensurePassword}.
 * @returns the user's name
 * @throws UserError where the server does not answer
 */
export async function prepareUser(
  kubectl: Kubectl,
  { namespace, database, password }: PreparedUser,
  patienceSeconds = patience,
): Promise<string> {
  const servers = await kubectl.list<AnyObject>("statefulsets", namespace);
  if (!servers.some(isNamed("mariadb"))) return userBeforeServer(kubectl, namespace, password);
  await untilReady(kubectl, namespace, patienceSeconds);
  const users = await usersOf(kubectl, namespace, password);
  const user = users.find(({ hasPassword }) => hasPassword)?.name ?? freeUser(users.map(({ name }) => name));
  await runSql(kubectl, namespace, making(user, password, database));
  return user;
}

/**
 * Sees to it that the server knows the user with its password: one whose data is older than its Secret does not, as after a
 * `pulumi destroy` that kept them. Nobody can use the user then.
 */
export async function ensurePassword(
  kubectl: Kubectl,
  { namespace, database, user, password }: PreparedUser & { readonly user: string },
): Promise<void> {
  const users = await usersOf(kubectl, namespace, password);
  if (users.some(({ name, hasPassword }) => name === user && hasPassword)) return;
  const change = `alter user '${user}'@'%' identified by '${password}';`;
  await runSql(kubectl, namespace, `${making(user, password, database)}\n${change}`);
}

/**
 * Drops the users that WordPress had before, once no pod uses them.
 * @returns their names
 * @throws UserError naming the pods that still do
 */
export async function dropFormerUsers(
  kubectl: Kubectl,
  { namespace, user, checksum }: FormerUsersRequest,
  patienceSeconds = patience,
): Promise<string[]> {
  const former = (await runSql(kubectl, namespace, `select user from mysql.user where ${anyUser};`))
    .map(([name = ""]) => name)
    .filter((name) => name !== user);
  if (former.length === 0) return [];
  await pollUntilEmpty(
    patienceSeconds,
    async () =>
      (await kubectl.list<Pod>("pods", namespace)).filter(
        ({ metadata, status }) =>
          metadata.labels?.app === "wordpress" &&
          !["Succeeded", "Failed"].includes(status.phase ?? "") &&
          metadata.annotations?.[databaseChecksumAnnotation] !== checksum,
      ),
    (pods) =>
      new UserError(
        `Pods still use the database's former user: ${pods.map(({ metadata }) => metadata.name).join(", ")}. ` +
          `It is kept. Look: kubectl --namespace ${namespace} get pods; when they are gone: pulumi up`,
      ),
  );
  await runSql(kubectl, namespace, former.map((name) => `drop user '${name}'@'%';`).join("\n"));
  return former;
}

/** Before there is a server: the user that the Secret tells of, or with another password the other one. */
async function userBeforeServer(kubectl: Kubectl, namespace: string, password: string): Promise<string> {
  const data = (await kubectl.list<Secret>("secrets", namespace)).find(isNamed("mariadb"))?.data;
  const plain = (key: string) => Buffer.from(data?.[key] ?? "", "base64").toString();
  const told = plain("username");
  if (told === "" || plain("password") === password) return told || firstUser;
  return freeUser([told]);
}

/** The first of `wordpress`, `wordpress2`, `wordpress3`, … that nobody has. */
function freeUser(taken: readonly string[]): string {
  let user = firstUser;
  for (let number = 2; taken.includes(user); number++) user = `${firstUser}${number}`;
  return user;
}

function isNamed(name: string) {
  return ({ metadata }: AnyObject) => metadata.name === name;
}

async function untilReady(kubectl: Kubectl, namespace: string, patienceSeconds: number): Promise<void> {
  const isThere = (pod: Pod) => isNamed("mariadb-0")(pod) && isServing(pod);
  await pollUntilEmpty(
    patienceSeconds,
    async () => ((await kubectl.list<Pod>("pods", namespace)).some(isThere) ? [] : ["mariadb-0"]),
    () =>
      new UserError(
        `databasePasswordRotation: the database did not get ready within ${patienceSeconds} s, and only it can take another ` +
          `password; nothing was changed. Look: kubectl --namespace ${namespace} describe pod mariadb-0`,
      ),
  );
}

async function usersOf(kubectl: Kubectl, namespace: string, password: string) {
  if (!/^[A-Za-z0-9]+$/.test(password)) throw new Error("the password has more in it than letters and digits");
  const sql = `select user, authentication_string = password('${password}') from mysql.user where ${anyUser};`;
  const rows = await runSql(kubectl, namespace, sql);
  return rows.map(([name = "", hasPassword]) => ({ name, hasPassword: hasPassword === "1" }));
}

function making(user: string, password: string, database: string): string {
  return `create user if not exists '${user}'@'%' identified by '${password}';
    grant all privileges on \`${database}\`.* to '${user}'@'%';`;
}

/**
 * What root gets to see, a list of columns a row. The text goes by standard input: a command line could be read by others on the
 * node. The server's pod knows root's password.
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
