-- A dossier that was handed over is only read.

CREATE FUNCTION custody_is_read_only(which bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM casework_case c WHERE c.id = which AND c.read_only_from IS NOT NULL) $$;

CREATE FUNCTION custody_read_only() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    which bigint;
BEGIN
    IF current_user <> 'lvv_app' THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'casework_case' THEN
        which := OLD.id;
    ELSIF TG_OP = 'UPDATE' THEN
        which := OLD.case_id;
    ELSE
        which := NEW.case_id;
        IF which IS NOT NULL THEN  -- who hands it over at this moment is waited for
            PERFORM access_teams_of_case(which);
        END IF;
    END IF;
    IF custody_is_read_only(which) THEN
        RAISE EXCEPTION 'this dossier was handed over' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    RETURN NEW;
END
$$;

-- Every table whose rows belong to a case, but not: that somebody read an address in it, that it was asked about, and this.
DO $$
DECLARE
    one text;
BEGIN
    FOR one IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'case_id'
               WHERE c.relkind = 'r' AND c.relname LIKE 'casework\_%' AND c.relname NOT LIKE 'casework\_historical%'
                 AND c.relname NOT IN ('casework_custodytransfer', 'casework_addressreading', 'casework_hit')
               UNION SELECT 'casework_case' LOOP
        EXECUTE format('CREATE TRIGGER a_read_only BEFORE %s ON %I FOR EACH ROW EXECUTE FUNCTION custody_read_only()',
                       CASE one WHEN 'casework_case' THEN 'UPDATE' ELSE 'INSERT OR UPDATE' END, one);
    END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION custody_is_read_only TO lvv_app;
