-- The one "today" of the database, and what it says of a period.

-- The connection counts in UTC and would end access two hours late.
CREATE FUNCTION access_today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (now() AT TIME ZONE 'Europe/Amsterdam')::date $$;

-- A period goes from a day until (not including) a day, or without end. lvv/common/periods.py says the same.
CREATE FUNCTION not_over(until date, day date DEFAULT access_today()) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT until IS NULL OR until > day $$;

CREATE FUNCTION in_force(since date, until date, day date DEFAULT access_today()) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT since <= day AND (until IS NULL OR until > day) $$;

GRANT EXECUTE ON FUNCTION access_today, not_over, in_force TO lvv_app, lvv_jobs;
