-- What the web may do in the tables of the packages it is built on: no more than they need.
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator, account_emailaddress, account_emailconfirmation TO lvv_app;

GRANT SELECT, INSERT ON django_admin_log TO lvv_app;

GRANT SELECT ON auth_group_permissions, partners_user_groups, partners_user_user_permissions TO lvv_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON lvv_counters TO lvv_app;

-- The background says that it works; the web reads it.
GRANT SELECT ON lvv_heartbeat TO lvv_app;

GRANT SELECT, INSERT, UPDATE ON lvv_heartbeat TO lvv_jobs;

-- What this database holds, for who must not serve when it is something else (lvv/checks.py).
GRANT SELECT ON lvv_sql, django_migrations TO lvv_app, lvv_jobs;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
