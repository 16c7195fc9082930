/** One query in the session the program will use. */
export type ProgramQuery = (sql: string) => Promise<readonly Record<string, unknown>[]>;

interface Check {
  readonly sql: string;
  readonly finding: (row: Record<string, unknown>) => string;
  /** Left out: on both. */
  readonly only?: 'pglite' | 'postgres';
}

const checks: readonly Check[] = [
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
    // There the session is a superuser's underneath; on PostgreSQL no setting makes a login more than it is.
    only: 'pglite',
    sql: `select 1 where pg_catalog.has_function_privilege('pg_catalog.set_config(text,text,boolean)', 'execute')`,
    finding: () => 'the login may call set_config and so become superuser again',
  },
  {
    sql: `select class.relname::text as name from pg_catalog.pg_class class
      where class.relnamespace = 'app'::regnamespace and class.relkind in ('r', 'p', 'm', 'f', 'v')
        and (class.relkind <> 'r' or not class.relrowsecurity or not class.relforcerowsecurity
          or not exists (select from pg_catalog.pg_policy policy where policy.polrelid = class.oid
            and policy.polqual is not null and policy.polwithcheck is not null and policy.polcmd = '*'
            and (select oid from pg_catalog.pg_roles where rolname = 'app_rw') = any (policy.polroles)))`,
    finding: (row) => `table ${String(row['name'])} is not shut off by row-level security`,
  },
  {
    // Policies are joined by "or", so that a single loose one opens its table.
    sql: `select class.relname::text || '.' || policy.polname as name
      from pg_catalog.pg_policy policy join pg_catalog.pg_class class on class.oid = policy.polrelid
      where class.relnamespace = 'app'::regnamespace
        and policy.polroles && array[0, (select oid from pg_catalog.pg_roles where rolname = 'app_rw')]
        and exists (select from (values (policy.polqual), (policy.polwithcheck)) as given (expression)
          where coalesce(pg_catalog.pg_get_expr(expression, policy.polrelid), '') <> pg_catalog.format(
            '(%s = ( SELECT app.subscription() AS subscription))',
            case class.relname when 'subscription' then 'id' else 'subscription_id' end))`,
    finding: (row) => `policy ${String(row['name'])} does not keep to the subscription that was entered`,
  },
  {
    // PGlite takes the settings of a role at no time, and its limits would have no effect.
    only: 'postgres',
    sql: `select name from pg_catalog.pg_settings where setting = '0'
      and name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')`,
    finding: (row) => `the login has no ${String(row['name'])}: run deploy/postgres/roles.sql`,
  },
];

/** Why the program must not run with this login on this database; empty when it may. */
export async function bootFindings(
  engine: 'pglite' | 'postgres',
  query: ProgramQuery,
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const check of checks.filter(({ only }) => only === undefined || only === engine))
    findings.push(...(await query(check.sql)).map(check.finding));
  return findings;
}
