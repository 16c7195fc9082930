import type { ScratchDatabase } from './database.ts';

interface Lint {
  /** What must not be; the numbers are those of the same lints in supabase/splinter. */
  readonly title: string;
  /** Rows with a column `name`, one a finding. */
  readonly sql: string;
}

const ours = `in ('app'::regnamespace, 'app_meta'::regnamespace)`;
const functionName = `function.oid::regprocedure::text`;

/** Lints over the catalogue of the database, for whatever is in the schemas of the program. */
export const databaseLints = {
  policyWithoutSecurity: {
    title: '0007 a table with a policy whose row-level security is off',
    sql: `select class.relname::text as name from pg_class class where class.relnamespace ${ours}
      and not class.relrowsecurity and exists (select from pg_policy where polrelid = class.oid)`,
  },
  securityWithoutPolicy: {
    title: '0008 a table with row-level security and no policy',
    sql: `select class.relname::text as name from pg_class class where class.relnamespace ${ours}
      and class.relrowsecurity and not exists (select from pg_policy where polrelid = class.oid)`,
  },
  definerView: {
    title: '0010 a view that reads with the rights of its owner',
    sql: `select class.relname::text as name from pg_class class where class.relnamespace ${ours}
      and class.relkind = 'v' and not coalesce('security_invoker=true' = any (class.reloptions)
        or 'security_invoker=on' = any (class.reloptions), false)`,
  },
  loosePath: {
    title: '0011 a function whose search path the caller chooses',
    sql: `select ${functionName} as name from pg_proc function where function.pronamespace ${ours}
      and not coalesce(function.proconfig @> array['search_path=""'], false)`,
  },
  noSecurity: {
    title: '0013 a table without enabled and forced row-level security',
    sql: `select class.relname::text as name from pg_class class where class.relnamespace = 'app'::regnamespace
      and class.relkind in ('r', 'p', 'f') and not (class.relrowsecurity and class.relforcerowsecurity)`,
  },
  materializedView: {
    title: '0016 a materialized view, which has no row-level security',
    sql: `select class.relname::text as name from pg_class class
      where class.relnamespace ${ours} and class.relkind = 'm'`,
  },
  permissivePolicy: {
    title: '0024 a policy that is always true, for a role that logs in or for everybody',
    sql: `select class.relname::text || '.' || policy.polname as name
      from pg_policy policy join pg_class class on class.oid = policy.polrelid
      where class.relnamespace ${ours} and 'true' in (pg_get_expr(policy.polqual, policy.polrelid),
          pg_get_expr(policy.polwithcheck, policy.polrelid))
        and exists (select from unnest(policy.polroles) as granted (role)
          where granted.role = 0 or (select rolcanlogin or rolname = 'app_rw' from pg_roles where oid = granted.role))`,
  },
  openFunction: {
    title: '0028 a function that everybody may call',
    sql: `select ${functionName} as name from pg_proc function where function.pronamespace ${ours}
      and (function.proacl is null or exists (select from aclexplode(function.proacl) where grantee = 0))`,
  },
  foreignDefiner: {
    title: '0029 a function with the rights of an owner who is more than its purpose',
    sql: `select ${functionName} as name from pg_proc function where function.pronamespace ${ours} and function.prosecdef
      and function.proowner::regrole::text not in ('app_lookup', 'app_maint', 'app_audit')
      and function.oid::regprocedure::text not in ('app.enter(uuid)', 'app.subscription()')`,
  },
  tableOfEverybody: {
    title: 'a table or a column that everybody may use',
    sql: `select class.relname::text as name from pg_class class where class.relnamespace ${ours}
        and exists (select from aclexplode(class.relacl) where grantee = 0)
      union all
      select class.relname || '.' || attribute.attname from pg_attribute attribute
        join pg_class class on class.oid = attribute.attrelid where class.relnamespace ${ours}
        and exists (select from aclexplode(attribute.attacl) where grantee = 0)`,
  },
  strongRole: {
    title: 'a role of the program that is more than it must be',
    sql: `select rolname::text as name from pg_roles where rolname like 'app\\_%'
      and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolinherit
        or (rolbypassrls and rolname <> 'app_backup')
        or (rolcanlogin and rolname not in ('app_rw', 'app_backup')))`,
  },
  singleReference: {
    title: 'a foreign key to a table of subscriptions that does not carry the subscription along',
    sql: `select conname::text as name from pg_constraint reference
      where reference.contype = 'f' and reference.connamespace ${ours} and not exists (
        select from generate_subscripts(reference.conkey, 1) as place
        join pg_attribute child on child.attrelid = reference.conrelid and child.attnum = reference.conkey[place]
        join pg_attribute parent on parent.attrelid = reference.confrelid and parent.attnum = reference.confkey[place]
        where child.attname = 'subscription_id'
          and parent.attname = case reference.confrelid when 'app.subscription'::regclass then 'id' else 'subscription_id' end)`,
  },
  globalKey: {
    title: 'a unique key over all subscriptions',
    sql: `select index.indexrelid::regclass::text as name from pg_index index
      join pg_class class on class.oid = index.indrelid
      where class.relnamespace = 'app'::regnamespace and index.indisunique and not exists (
        select from pg_attribute attribute where attribute.attrelid = class.oid
          and attribute.attnum = index.indkey[0] and attribute.attname = 'subscription_id')`,
  },
} as const satisfies Record<string, Lint>;

/** What one lint finds. */
export async function lintFindings(
  scratch: ScratchDatabase,
  lint: keyof typeof databaseLints,
): Promise<readonly string[]> {
  return (await scratch.query(databaseLints[lint].sql)).map((row) => String(row['name'])).sort();
}
