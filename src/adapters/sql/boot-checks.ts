/** One query in the session the program will use. */
export type ProgramQuery = (sql: string) => Promise<readonly Record<string, unknown>[]>;

const checks: readonly {
  readonly sql: string;
  readonly finding: (row: Record<string, unknown>) => string;
}[] = [
  {
    sql: `select session_user::text as name where session_user <> 'app_rw' or current_user <> 'app_rw'`,
    finding: (row) => `the login must be app_rw and is ${String(row['name'])}`,
  },
  {
    sql: `select rolname::text as name from pg_catalog.pg_roles
      where pg_catalog.pg_has_role(session_user, oid, 'member')
        and (rolsuper or rolbypassrls or (rolname <> session_user and rolname like 'app\\_%'))`,
    finding: (row) => `the login is, or may become, ${String(row['name'])}`,
  },
  {
    sql: `select relname::text as name from pg_catalog.pg_class
      where relowner = (select oid from pg_catalog.pg_roles where rolname = session_user)
      union all select nspname::text from pg_catalog.pg_namespace
      where nspowner = (select oid from pg_catalog.pg_roles where rolname = session_user)
      union all select datname::text from pg_catalog.pg_database
      where datdba = (select oid from pg_catalog.pg_roles where rolname = session_user) and datname = current_database()`,
    finding: (row) => `the login owns ${String(row['name'])}`,
  },
  {
    sql: `select 1 where pg_catalog.has_function_privilege('pg_catalog.set_config(text,text,boolean)', 'execute')`,
    finding: () =>
      'the login may call set_config and so change its subscription: run deploy/postgres/roles.sql as a superuser',
  },
  {
    sql: `select class.relname::text as name from pg_catalog.pg_class class
      where class.relnamespace = 'app'::regnamespace and class.relkind in ('r', 'p', 'm', 'f')
        and (class.relkind <> 'r' or not class.relrowsecurity or not class.relforcerowsecurity
          or not exists (select from pg_catalog.pg_policy policy where policy.polrelid = class.oid
            and policy.polqual is not null and policy.polwithcheck is not null and policy.polcmd = '*'
            and (select oid from pg_catalog.pg_roles where rolname = 'app_rw') = any (policy.polroles)))`,
    finding: (row) => `table ${String(row['name'])} is not shut off by row-level security`,
  },
];

/** Why the program must not run with this login on this database; empty when it may. */
export async function bootFindings(query: ProgramQuery): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const check of checks) findings.push(...(await query(check.sql)).map(check.finding));
  return findings;
}
