-- The audit log: append only, each row chained to the one before it.

-- What is hashed: every column but the hash itself, in jsonb's own fixed order, times in UTC to the microsecond.
CREATE FUNCTION audit_canonical(entry audit_log) RETURNS text LANGUAGE sql STABLE AS
$$
    SELECT (to_jsonb(entry) - 'hash' || jsonb_build_object(
        'at', to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))::text
$$;

CREATE FUNCTION audit_hash(entry audit_log) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT encode(sha256(convert_to(audit_canonical(entry), 'UTF8')), 'hex') $$;

CREATE FUNCTION lock_audit() RETURNS void LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(7305001) $$;

CREATE FUNCTION audit_append(entry jsonb) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    last_seq bigint;
    last_hash text;
    row audit_log;
BEGIN
    -- One writer at a time, until its transaction ends: the chain has no forks and no gaps.
    PERFORM lock_audit();
    SELECT seq, hash INTO last_seq, last_hash FROM audit_log ORDER BY seq DESC LIMIT 1;
    row := jsonb_populate_record(NULL::audit_log, entry);
    -- Within a scope its owner acts, whoever was passed; before one, as at the sign-in, who was passed.
    row.actor_id := coalesce(nullif(current_setting('lvv.user', true), '')::integer, row.actor_id);
    row.seq := coalesce(last_seq, 0) + 1;
    row.at := clock_timestamp();
    row.prev_hash := coalesce(last_hash, repeat('0', 64));
    row.hash := audit_hash(row);
    INSERT INTO audit_log SELECT row.*;
    RETURN row.seq;
END
$$;

-- The first row that does not fit: changed (its hash is wrong), removed, reordered or put between (its link is wrong).
CREATE FUNCTION audit_verify() RETURNS TABLE (seq bigint, problem text) LANGUAGE sql STABLE
    SET search_path = public, pg_temp AS
$$
    SELECT a.seq, CASE WHEN a.hash <> audit_hash(a.*) THEN 'changed' ELSE 'out_of_chain' END
    FROM (SELECT l AS entry, lag(l.hash, 1, repeat('0', 64)) OVER (ORDER BY l.seq) AS link,
                 lag(l.seq, 1, 0::bigint) OVER (ORDER BY l.seq) AS before FROM audit_log l) chain
    CROSS JOIN LATERAL (SELECT (chain.entry).*) a
    WHERE a.hash <> audit_hash(chain.entry) OR a.prev_hash <> chain.link OR a.seq <> chain.before + 1
    ORDER BY a.seq LIMIT 1
$$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append only'; END $$;

CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

CREATE POLICY processing_add ON processing_log FOR INSERT TO lvv_app, lvv_jobs WITH CHECK (true);

GRANT SELECT ON audit_log TO lvv_app, lvv_jobs;

GRANT INSERT ON processing_log TO lvv_app, lvv_jobs;

GRANT EXECUTE ON FUNCTION audit_append TO lvv_app, lvv_jobs;

GRANT EXECUTE ON FUNCTION audit_canonical, audit_hash, audit_verify TO lvv_jobs;
