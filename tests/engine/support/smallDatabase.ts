/** The users of a small cluster's MariaDB, for the program's SQL statements. */
export class SmallDatabase {
  /** The server's version. */
  version = "10.11.14-MariaDB";
  /** Passwords by user, oldest first. */
  private readonly passwords = new Map<string, string>();

  get users(): string[] {
    return [...this.passwords.keys()];
  }

  /** Whether a user can log in. */
  admits({ username = "", password }: Readonly<Record<string, string>>): boolean {
    return this.passwords.get(username) === password;
  }

  /** Adds a user of another workload, with an empty password. */
  add(user: string): void {
    this.passwords.set(user, "");
  }

  /** Creates the first user, as the image does at the server's first start. */
  begin(user: string, password: string): void {
    if (this.passwords.size === 0) this.passwords.set(user, password);
  }

  /** The output of the client. @throws Error for an unknown statement */
  run(sql: string): string {
    const statements = sql.split(";").map((statement) => statement.trim());
    return statements
      .filter(Boolean)
      .flatMap((statement) => this.answer(statement))
      .map((row) => `${row}\n`)
      .join("");
  }

  private answer(statement: string): string[] {
    const [, asked] =
      /^select user, authentication_string = password\('(.*?)'\) from mysql.user where /.exec(statement) ?? [];
    const found = usersWhere(statement, this.users);
    if (asked !== undefined) return found.map((user) => `${user}\t${this.passwords.get(user) === asked ? 1 : 0}`);
    if (statement === "select version()") return [this.version];
    if (statement.startsWith("select user from mysql.user where ")) return found;
    const [, made, password] = /^create user if not exists '(\w+)'@'%' identified by '(\w+)'$/.exec(statement) ?? [];
    const [, altered, other] = /^alter user '(\w+)'@'%' identified by '(\w+)'$/.exec(statement) ?? [];
    const [, dropped] = /^drop user '(\w+)'@'%'$/.exec(statement) ?? [];
    if (made !== undefined) this.passwords.set(made, this.passwords.get(made) ?? password ?? "");
    else if (altered !== undefined) this.passwords.set(altered, other ?? "");
    else if (dropped !== undefined) this.passwords.delete(dropped);
    else if (!/^grant all privileges on `wordpress`\.\* to '\w+'@'%'$/.test(statement)) {
      throw new Error(`the tests' database does not know: ${statement}`);
    }
    return [];
  }
}

/** The users that a statement selects. All of them may connect from any host. */
function usersWhere(statement: string, users: readonly string[]): string[] {
  const [, pattern] = / where host = '%' and user regexp '([^']+)'$/.exec(statement) ?? [];
  return users.filter((user) => pattern === undefined || new RegExp(pattern).test(user));
}
