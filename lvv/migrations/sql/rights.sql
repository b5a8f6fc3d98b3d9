-- What the web may do in the tables of the packages it is built on: no more than they need.
GRANT SELECT, INSERT, UPDATE, DELETE ON mfa_authenticator, account_emailaddress, account_emailconfirmation TO lvv_app;
GRANT SELECT, INSERT ON django_admin_log TO lvv_app;
GRANT SELECT ON django_migrations, auth_group_permissions, partners_user_groups, partners_user_user_permissions TO lvv_app;

-- Counters of attempts, shared by all processes (django.core.cache.backends.db).
CREATE TABLE lvv_counters (
    cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX lvv_counters_expires ON lvv_counters (expires);
GRANT SELECT, INSERT, UPDATE, DELETE ON lvv_counters TO lvv_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
