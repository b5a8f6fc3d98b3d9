-- Who works here and with whom: the scope of a worker, the teams that every row carries, and what keeps them true.

-- The number of a case tells the year and nothing else; one row of numbers for the whole country.
CREATE SEQUENCE casework_case_number_seq;

-- Entering: the scope of one worker is read once and kept for this transaction only (about half a millisecond).
CREATE FUNCTION access_enter(who integer) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    today date := access_today();
    seats jsonb;
    rights jsonb;
    grants jsonb;
    offices jsonb;
    coordinated text;
    privacy text;
    one record;
BEGIN
    IF access_user() IS NOT NULL AND access_user() <> who THEN
        RAISE EXCEPTION 'another user has entered in this transaction';
    END IF;
    IF NOT EXISTS (SELECT FROM partners_user u WHERE u.id = who AND u.is_active) THEN
        RAISE EXCEPTION 'no such user';
    END IF;
    PERFORM access_leave();
    PERFORM set_config('lvv.user', who::text, true);

    WITH scope AS MATERIALIZED (SELECT * FROM access_scope_at(today) s WHERE s.user_id = who),
    seat AS (
        SELECT s.team_id, s.organisation_id, s.pilot_id,
               jsonb_agg(DISTINCT s.role) AS roles,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'read'), '[]') AS reads,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'write'), '[]') AS writes,
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'attend'), '[]') AS attends
        FROM scope s GROUP BY s.team_id, s.organisation_id, s.pilot_id
    )
    SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('team', team_id, 'organisation', organisation_id,
                'pilot', pilot_id, 'roles', roles, 'reads', reads, 'writes', writes, 'attends', attends)
                ORDER BY team_id), '[]')
            FROM seat),
           (SELECT coalesce(jsonb_object_agg(r.name, r.teams), '{}') FROM (
                SELECT s.verb || '_' || s.category AS name, array_agg(DISTINCT s.team_id)::text AS teams
                FROM scope s GROUP BY 1
                UNION ALL
                SELECT 'write', array_agg(DISTINCT s.team_id)::text FROM scope s WHERE s.verb = 'write' HAVING count(*) > 0
                UNION ALL
                SELECT 'teams', array_agg(DISTINCT s.team_id)::text FROM scope s HAVING count(*) > 0) r),
           -- The pilot's coordinator is the municipality's; another organisation may call somebody so for itself.
           (SELECT array_agg(DISTINCT s.pilot_id)::text FROM scope s
            JOIN partners_pilot l ON l.id = s.pilot_id AND l.municipality_id = s.organisation_id
            -- Whoever keeps dossiers after the facility ended coordinates nothing there.
            WHERE s.role = 'coordinator' AND l.state <> 'closed' AND (l.closes_on IS NULL OR l.closes_on > today))
    INTO seats, rights, coordinated;
    FOR one IN SELECT key, value FROM jsonb_each_text(rights) LOOP
        PERFORM set_config('lvv.' || one.key, one.value, true);
    END LOOP;
    PERFORM set_config('lvv.coordinates', coalesce(coordinated, ''), true);

    SELECT coalesce(jsonb_agg(jsonb_build_object('case', g.content_object_id, 'person', c.person_id, 'pilot', c.pilot_id,
                'categories', g.categories, 'kind', g.kind, 'until', g.until)), '[]')
    INTO grants
    FROM casework_caseuserobjectpermission g JOIN casework_case c ON c.id = g.content_object_id
    JOIN partners_pilot l ON l.id = c.pilot_id
    WHERE g.user_id = who AND g.since <= today AND g.until > today
      -- Whoever works for nobody any more has no grants either.
      AND EXISTS (SELECT FROM partners_membership m WHERE m.user_id = who AND m.since <= today
                  AND (m.until IS NULL OR m.until > today))
      AND l.state <> 'closed' AND (l.closes_on IS NULL OR l.closes_on > today)
      -- A guest reads on the day of a meeting, while it lasts; of one who comes to two, not on the days between.
      AND (g.kind <> 'meeting' OR EXISTS (
          SELECT FROM casework_meetingguest x JOIN casework_meeting m ON m.id = x.meeting_id
          JOIN casework_agendaitem a ON a.meeting_id = m.id AND a.case_id = g.content_object_id AND a.ended_at IS NULL
          WHERE x.user_id = who AND m.on = today AND m.closed_at IS NULL AND m.cancelled_on IS NULL));
    IF grants <> '[]' THEN
        FOR one IN SELECT category.value AS name, array_agg(DISTINCT (g.value ->> 'case')::bigint)::text AS cases
                   FROM jsonb_array_elements(grants) g, jsonb_array_elements_text(g.value -> 'categories') category
                   GROUP BY category.value LOOP
            PERFORM set_config('lvv.granted_' || one.name, one.cases, true);
        END LOOP;
        PERFORM set_config('lvv.granted_person', (
            SELECT array_agg(DISTINCT (g.value ->> 'person')::bigint)::text FROM jsonb_array_elements(grants) g), true);
    END IF;

    SELECT coalesce(jsonb_agg(jsonb_build_object('role', m.role, 'organisation', m.organisation_id)), '[]'),
           coalesce(array_agg(m.organisation_id) FILTER (WHERE m.role = 'privacy_officer'), '{}')::text
    INTO offices, privacy
    FROM partners_membership m
    WHERE m.user_id = who AND m.team_id IS NULL AND m.since <= today AND (m.until IS NULL OR m.until > today);
    PERFORM set_config('lvv.privacy', privacy, true);
    RETURN jsonb_build_object('seats', seats, 'grants', grants, 'offices', offices,
        'coordinates', to_jsonb(coalesce(coordinated, '{}')::bigint[]),
        -- Pilots of which her teams keep dossiers after the facility ended.
        'keeps', (SELECT coalesce(jsonb_agg(DISTINCT c.pilot_id), '[]') FROM casework_involvement v
                  JOIN casework_case c ON c.id = v.case_id WHERE v.team_id = ANY (access_teams('teams'))
                      AND v.ground = 'custody' AND v.counted),
        'organisation', (SELECT m.organisation_id FROM partners_membership m WHERE m.user_id = who AND m.since <= today
                             AND (m.until IS NULL OR m.until > today) ORDER BY m.id LIMIT 1));
END
$$;

-- Carries out the beginnings and endings whose day has come. With nothing due this is one probe of a small index.
CREATE FUNCTION access_apply_due() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    today date := access_today();
    due bigint[];
BEGIN
    SELECT array_agg(v.id ORDER BY v.id) INTO due FROM casework_involvement v WHERE v.due_on <= today;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    -- Cases first, then involvements: the order in which the web locks them.
    PERFORM 1 FROM casework_case c WHERE c.id IN (SELECT v.case_id FROM casework_involvement v WHERE v.id = ANY (due))
        ORDER BY c.id FOR UPDATE;
    PERFORM 1 FROM casework_involvement v WHERE v.id = ANY (due) ORDER BY v.id FOR UPDATE;
    UPDATE casework_involvement v
       SET counted = (v.since <= today AND (v.until IS NULL OR v.until > today)) WHERE v.id = ANY (due);
    RETURN cardinality(due);
END
$$;

-- ------------------------------------------------------------------ projections

-- Tables whose rows carry the team_ids of their case.
CREATE TABLE access_record_table (name text PRIMARY KEY);

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
    REVOKE ALL ON FUNCTION access_project_records(bigint[]) FROM PUBLIC;
END
$$;
REVOKE ALL ON FUNCTION access_write_projection() FROM PUBLIC;

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
    UPDATE casework_case c SET team_ids = x.teams
      FROM (SELECT i.id, coalesce(array_agg(DISTINCT v.team_id ORDER BY v.team_id) FILTER (WHERE v.team_id IS NOT NULL),
                                  '{}') AS teams
              FROM unnest(cases) i (id)
              LEFT JOIN casework_involvement v ON v.case_id = i.id AND v.counted GROUP BY i.id) x
     WHERE c.id = x.id AND c.team_ids <> x.teams;
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
        SELECT DISTINCT v.team_id FROM casework_involvement v WHERE v.case_id = c.id AND v.since <= access_today()
            AND (v.until IS NULL OR v.until > access_today()) ORDER BY 1);
    RETURN QUERY SELECT 'casework_person (links)', count(*) FROM casework_person p JOIN register_groups(
        ARRAY(SELECT k.id FROM casework_person k)) g ON g.person = p.id WHERE p.same_as <> g.first;
    RETURN QUERY SELECT 'casework_person', count(*) FROM casework_person p WHERE p.team_ids <> ARRAY(
        SELECT DISTINCT v.team_id FROM casework_involvement v JOIN casework_case c ON c.id = v.case_id
        JOIN casework_person k ON k.id = c.person_id
        WHERE k.same_as = p.same_as AND v.since <= access_today() AND (v.until IS NULL OR v.until > access_today())
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

-- A beginning counts at once; an end when access_apply_due() comes by, which is before anybody's next page. So the
-- worker who ends her own follow-up still gets her answer and her history row.
-- That a shelter, care or legal team takes part tells something by itself, and so does an organisation for shelter, care,
-- return or reception; that somebody is made known to the departure service tells that she has a place or guidance (R7). A
-- ground that would tell as much fits no other team. The same stands in casework/cases/involving.py.
CREATE FUNCTION access_involvement_counts() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    kind text;
    organisation text;
BEGIN
    SELECT t.function, o.kind INTO kind, organisation
        FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id WHERE t.id = NEW.team_id;
    IF NEW.ground = 'stay' AND kind <> 'shelter' OR NEW.ground = 'care' AND kind <> 'care'
       OR NEW.ground = 'legal_aid' AND kind <> 'legal' THEN
        RAISE EXCEPTION 'this ground does not fit this team' USING ERRCODE = 'check_violation';
    END IF;
    NEW.tells := CASE
        WHEN kind = 'shelter' THEN 'contact_shelter' WHEN kind = 'care' THEN 'medical_limitation'
        WHEN kind = 'legal' THEN 'legal_aid' WHEN organisation = 'shelter_operator' THEN 'contact_shelter'
        WHEN organisation = 'health_provider' THEN 'medical_limitation' WHEN organisation = 'iom' THEN 'departure'
        WHEN organisation = 'coa' THEN 'outcome' WHEN NEW.ground = 'made_known' THEN 'contact_shelter'
        ELSE 'identity' END;
    IF TG_OP = 'INSERT' THEN
        NEW.counted := NEW.since <= access_today() AND (NEW.until IS NULL OR NEW.until > access_today());
    ELSIF current_user = 'lvv_app' THEN
        NEW.counted := OLD.counted;
        NEW.case_id := OLD.case_id;
        NEW.team_id := OLD.team_id;
    END IF;
    NEW.due_on := CASE
        WHEN NEW.counted AND NEW.since > access_today() THEN access_today()
        WHEN NEW.counted THEN NEW.until
        WHEN NEW.until IS NULL OR NEW.until > greatest(NEW.since, access_today()) THEN NEW.since
        END;
    RETURN NEW;
END
$$;
CREATE TRIGGER involvement_counts BEFORE INSERT OR UPDATE ON casework_involvement
    FOR EACH ROW EXECUTE FUNCTION access_involvement_counts();

-- The web cannot write a projection: the database fills it in, whatever was sent.
CREATE FUNCTION access_keep_projection() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.team_ids := OLD.team_ids;
    END IF;
    RETURN NEW;
END
$$;
-- Whose case it is, where and under which number does not change; and only the team that leads, or the coordinator,
-- shields and no longer shields.
CREATE FUNCTION access_case_written() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.team_ids := OLD.team_ids;
        NEW.person_id := OLD.person_id;
        NEW.pilot_id := OLD.pilot_id;
        NEW.number := OLD.number;
        NEW.reference := OLD.reference;
        NEW.registered_on := OLD.registered_on;
        NEW.read_only_from := OLD.read_only_from;
        IF NOT (OLD.lead_team_id = ANY (access_teams('teams')) OR OLD.pilot_id = ANY (access_teams('coordinates'))) THEN
            NEW.shielded_reason := OLD.shielded_reason;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER case_written BEFORE UPDATE ON casework_case FOR EACH ROW EXECUTE FUNCTION access_case_written();
CREATE TRIGGER person_keeps_teams BEFORE UPDATE ON casework_person FOR EACH ROW EXECUTE FUNCTION access_keep_projection();

-- Held until the writer commits: a team that ends meanwhile waits and then finds the new record too, and of two writers in
-- one case the second waits here, before she holds anything of it.
CREATE FUNCTION access_teams_of_case(which bigint) RETURNS integer[] LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$ SELECT c.team_ids FROM casework_case c WHERE c.id = which FOR NO KEY UPDATE
$$;

CREATE FUNCTION access_record_written() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    written record := NEW;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');
        IF current_user = 'lvv_app' AND NEW.source_team_id <> ALL (NEW.team_ids) THEN
            RAISE EXCEPTION 'the team it comes from takes no part in this case' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF current_user = 'lvv_app' THEN
        -- The team on whose behalf it was recorded ends it, and writes its own word in a record of its own.
        IF OLD.source_team_id IS NOT NULL AND OLD.author_team_id <> ALL (access_teams('teams')) THEN
            NEW := OLD;
            NEW.ended_at := written.ended_at;
            NEW.end_reason := written.end_reason;
            NEW.version := written.version;
        END IF;
        NEW.team_ids := OLD.team_ids;
        NEW.case_id := OLD.case_id;
        NEW.author_team_id := OLD.author_team_id;
        NEW.author_id := OLD.author_id;
        NEW.source_team_id := OLD.source_team_id;
        NEW.reference := OLD.reference;
        NEW.recorded_at := OLD.recorded_at;
    END IF;
    RETURN NEW;
END
$$;

-- Another category would show the earlier wordings to other readers.
CREATE FUNCTION access_category_kept() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    RAISE EXCEPTION 'a record keeps its category' USING ERRCODE = 'check_violation';
END
$$;

-- Who is asked writes the answer and nothing else; who asks writes all but the answer.
CREATE FUNCTION access_record_answered() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    answered record := NEW;
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.to_team_id := OLD.to_team_id;
        IF OLD.author_team_id = ANY (access_teams('teams')) THEN
            IF OLD.to_team_id <> ALL (access_teams('teams')) THEN
                NEW.answer := OLD.answer; NEW.answer_text := OLD.answer_text;
                NEW.answered_on := OLD.answered_on; NEW.answered_by_id := OLD.answered_by_id;
            END IF;
        ELSE
            NEW := OLD;
            NEW.answer := answered.answer; NEW.answer_text := answered.answer_text;
            NEW.answered_on := answered.answered_on; NEW.answered_by_id := answered.answered_by_id;
            NEW.version := answered.version;
            IF TG_TABLE_NAME = 'casework_task' THEN
                NEW.worker_id := answered.worker_id;  -- who of them takes it on
            END IF;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
