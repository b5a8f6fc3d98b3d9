-- The one "today" of the database.

-- The connection counts in UTC and would end access two hours late.
CREATE FUNCTION access_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (now() AT TIME ZONE 'Europe/Amsterdam')::date $$;

GRANT EXECUTE ON FUNCTION access_today TO lvv_app, lvv_jobs;
