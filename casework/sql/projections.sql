-- What keeps `team_ids` of persons, cases and records, and `team_reveals` of cases, equal to who takes part, and the proof
-- that it is.

-- Writes the function that brings the teams of these cases to the records of each table: written out table by table, so
-- that its plans are kept. Looking the tables up and planning each update anew took 17 of the 19 ms of an involvement.
CREATE FUNCTION access_write_projection() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$
BEGIN
    EXECUTE 'CREATE OR REPLACE FUNCTION access_project_records(cases bigint[]) RETURNS void LANGUAGE plpgsql'
        ' SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $body$ BEGIN '
        || (SELECT string_agg(format('UPDATE %I r SET team_ids = c.team_ids FROM casework_case c
               WHERE c.id = r.case_id AND c.id = ANY (cases) AND r.team_ids <> c.team_ids;', t.name), ' ' ORDER BY t.name)
            FROM access_record_table t) || ' END $body$';
END
$$;

-- The teams of a person are those of all cases of all her registrations; there are some forty tables of records: cases
-- first, then the records of each. (The condition on the record's own column let the
-- planner try the whole list of cases for every case; a bulk load then took more than ten minutes.) Always by index: in the
-- middle of a bulk load the planner has no statistics yet, and scanned whole tables inside its loops (eight minutes for
-- 2,065 cases, against some seconds).
CREATE FUNCTION access_project(cases bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off AS
$$
DECLARE
    people bigint[];
BEGIN
    -- Locked before reading: of two changes at once the later must see what the earlier did.
    PERFORM 1 FROM casework_case c WHERE c.id = ANY (cases) ORDER BY c.id FOR UPDATE;
    people := ARRAY(SELECT DISTINCT p.same_as FROM casework_person p JOIN casework_case c ON c.person_id = p.id
                    WHERE c.id = ANY (cases));
    PERFORM 1 FROM casework_person p WHERE p.same_as = ANY (people) ORDER BY p.id FOR UPDATE;
    UPDATE casework_case c SET team_ids = x.teams, team_reveals = x.reveals
      FROM (SELECT i.id, coalesce(array_agg(DISTINCT v.team_id ORDER BY v.team_id) FILTER (WHERE v.team_id IS NOT NULL),
                                  '{}') AS teams,
                   coalesce(array_agg(DISTINCT v.team_id || ':' || v.reveals) FILTER (WHERE v.team_id IS NOT NULL), '{}') AS reveals
              FROM unnest(cases) i (id)
              LEFT JOIN casework_involvement v ON v.case_id = i.id AND v.counted GROUP BY i.id) x
     WHERE c.id = x.id AND (c.team_ids <> x.teams OR c.team_reveals <> x.reveals);
    UPDATE casework_progress g SET team_ids = c.team_ids FROM casework_case c
     WHERE c.id = g.case_id AND c.id = ANY (cases) AND g.team_ids <> c.team_ids;
    UPDATE casework_person p SET team_ids = x.teams
      FROM (SELECT k.same_as, coalesce(array_agg(DISTINCT t.id ORDER BY t.id) FILTER (WHERE t.id IS NOT NULL), '{}')
                   AS teams
              FROM casework_person k JOIN casework_case c ON c.person_id = k.id LEFT JOIN LATERAL unnest(c.team_ids) t (id) ON true
             WHERE k.same_as = ANY (people) GROUP BY k.same_as) x
     WHERE p.same_as = x.same_as AND p.team_ids <> x.teams;
    PERFORM access_project_records(cases);
END
$$;

-- How many rows carry other teams, or other persons as one, than the facts give them; nothing but zeros is right.
CREATE FUNCTION access_check_projections() RETURNS TABLE (name text, wrong bigint) LANGUAGE plpgsql AS
$$
DECLARE
    one text;
BEGIN
    RETURN QUERY SELECT 'casework_case', count(*) FROM casework_case c WHERE c.team_ids <> ARRAY(
        SELECT DISTINCT v.team_id FROM casework_involvement v WHERE v.case_id = c.id AND in_force(v.since, v.until) ORDER BY 1);
    RETURN QUERY SELECT 'casework_case (reveals)', count(*) FROM casework_case c WHERE c.team_reveals <> ARRAY(
        SELECT DISTINCT v.team_id || ':' || access_reveals(v.team_id, v.ground) FROM casework_involvement v
        WHERE v.case_id = c.id AND in_force(v.since, v.until) ORDER BY 1);
    RETURN QUERY SELECT 'casework_progress', count(*) FROM casework_case c LEFT JOIN casework_progress g ON g.case_id = c.id
        WHERE (g.team_ids, g.pilot_id, g.registered_on, g.category = 'outcome')
            IS DISTINCT FROM (c.team_ids, c.pilot_id, c.registered_on, c.left_on IS NOT NULL);
    RETURN QUERY SELECT 'casework_person (links)', count(*) FROM casework_person p JOIN register_groups(
        ARRAY(SELECT k.id FROM casework_person k)) g ON g.person = p.id WHERE p.same_as <> g.first;
    RETURN QUERY SELECT 'casework_person', count(*) FROM casework_person p WHERE p.team_ids <> ARRAY(
        SELECT DISTINCT v.team_id FROM casework_involvement v JOIN casework_case c ON c.id = v.case_id
        JOIN casework_person k ON k.id = c.person_id
        WHERE k.same_as = p.same_as AND in_force(v.since, v.until)
        ORDER BY 1);
    FOR one IN SELECT t.name FROM access_record_table t ORDER BY 1 LOOP
        RETURN QUERY EXECUTE format('SELECT %L::text, count(*) FROM %I r JOIN casework_case c ON c.id = r.case_id
                                     WHERE r.team_ids <> c.team_ids', one, one);
    END LOOP;
END
$$;

-- The ids go into a variable first: joining the transition table, which has no statistics, cost 101 ms an insert.
CREATE FUNCTION access_involvement_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    ids bigint[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT case_id) INTO ids FROM gone;
    ELSE
        SELECT array_agg(DISTINCT case_id) INTO ids FROM came;
    END IF;
    IF ids IS NOT NULL THEN
        PERFORM access_project(ids);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER involvement_added AFTER INSERT ON casework_involvement REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION access_involvement_changed();

CREATE TRIGGER involvement_changed AFTER UPDATE ON casework_involvement REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION access_involvement_changed();

CREATE TRIGGER involvement_removed AFTER DELETE ON casework_involvement REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION access_involvement_changed();
