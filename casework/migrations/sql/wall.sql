-- The wall: row-level security on everything that belongs to a person or a case.

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
               coalesce(jsonb_agg(DISTINCT s.category) FILTER (WHERE s.verb = 'write'), '[]') AS writes
        FROM scope s GROUP BY s.team_id, s.organisation_id, s.pilot_id
    )
    SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('team', team_id, 'organisation', organisation_id,
                'pilot', pilot_id, 'roles', roles, 'reads', reads, 'writes', writes) ORDER BY team_id), '[]')
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
            WHERE s.role = 'coordinator')
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
      AND l.state <> 'closed' AND (l.closes_on IS NULL OR l.closes_on > today);
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

-- Always by index: in the middle of a bulk load the planner has no statistics yet, and scanned whole tables inside its
-- loops (eight minutes for 2,065 cases, against some seconds).
CREATE FUNCTION access_project(cases bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET enable_seqscan = off AS
$$
DECLARE
    one text;
BEGIN
    -- Locked before reading: of two changes at once the later must see what the earlier did.
    PERFORM 1 FROM casework_case c WHERE c.id = ANY (cases) ORDER BY c.id FOR UPDATE;
    PERFORM 1 FROM casework_person p WHERE p.id IN (SELECT c.person_id FROM casework_case c WHERE c.id = ANY (cases))
        ORDER BY p.id FOR UPDATE;
    UPDATE casework_case c SET team_ids = x.teams
      FROM (SELECT i.id, coalesce(array_agg(DISTINCT v.team_id ORDER BY v.team_id) FILTER (WHERE v.team_id IS NOT NULL),
                                  '{}') AS teams
              FROM unnest(cases) i (id)
              LEFT JOIN casework_involvement v ON v.case_id = i.id AND v.counted GROUP BY i.id) x
     WHERE c.id = x.id AND c.team_ids <> x.teams;
    UPDATE casework_person p SET team_ids = x.teams
      FROM (SELECT c.person_id, coalesce(array_agg(DISTINCT t.id ORDER BY t.id) FILTER (WHERE t.id IS NOT NULL), '{}')
                   AS teams
              FROM casework_case c LEFT JOIN LATERAL unnest(c.team_ids) t (id) ON true
             WHERE c.person_id IN (SELECT k.person_id FROM casework_case k WHERE k.id = ANY (cases))
             GROUP BY c.person_id) x
     WHERE p.id = x.person_id AND p.team_ids <> x.teams;
    FOR one IN SELECT name FROM access_record_table ORDER BY name LOOP
        EXECUTE format('UPDATE %I r SET team_ids = c.team_ids FROM casework_case c
                        WHERE c.id = r.case_id AND r.case_id = ANY ($1) AND r.team_ids <> c.team_ids', one) USING cases;
    END LOOP;
END
$$;

-- How many rows carry other teams than the involvements of today give them; nothing but zeros is right.
CREATE FUNCTION access_check_projections() RETURNS TABLE (name text, wrong bigint) LANGUAGE plpgsql AS
$$
DECLARE
    one text;
BEGIN
    RETURN QUERY SELECT 'casework_case', count(*) FROM casework_case c WHERE c.team_ids <> ARRAY(
        SELECT DISTINCT v.team_id FROM casework_involvement v WHERE v.case_id = c.id AND v.since <= access_today()
            AND (v.until IS NULL OR v.until > access_today()) ORDER BY 1);
    RETURN QUERY SELECT 'casework_person', count(*) FROM casework_person p WHERE p.team_ids <> ARRAY(
        SELECT DISTINCT v.team_id FROM casework_involvement v JOIN casework_case c ON c.id = v.case_id
        WHERE c.person_id = p.id AND v.since <= access_today() AND (v.until IS NULL OR v.until > access_today())
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
-- That a shelter, care or legal team takes part tells something by itself; a ground that would tell as much fits no
-- other team.
CREATE FUNCTION access_involvement_counts() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    kind text := (SELECT t.function FROM partners_team t WHERE t.id = NEW.team_id);
BEGIN
    IF NEW.ground = 'stay' AND kind <> 'shelter' OR NEW.ground = 'care' AND kind <> 'care'
       OR NEW.ground = 'legal_aid' AND kind <> 'legal' THEN
        RAISE EXCEPTION 'this ground does not fit this team' USING ERRCODE = 'check_violation';
    END IF;
    NEW.tells := CASE kind WHEN 'shelter' THEN 'contact_shelter' WHEN 'care' THEN 'medical_limitation'
                           WHEN 'legal' THEN 'legal_aid' ELSE 'identity' END;
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
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER case_written BEFORE UPDATE ON casework_case FOR EACH ROW EXECUTE FUNCTION access_case_written();
CREATE TRIGGER person_keeps_teams BEFORE UPDATE ON casework_person FOR EACH ROW EXECUTE FUNCTION access_keep_projection();

-- Held until the writer commits, so that a team that ends meanwhile waits and then finds the new record too.
CREATE FUNCTION access_teams_of_case(which bigint) RETURNS integer[] LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$ SELECT c.team_ids FROM casework_case c WHERE c.id = which FOR SHARE $$;

CREATE FUNCTION access_record_written() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.team_ids := coalesce(access_teams_of_case(NEW.case_id), '{}');
    ELSIF current_user = 'lvv_app' THEN
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

-- ------------------------------------------------------------------ policies

-- What is in both: a function of its own, because a sub-select in access_reads() would keep it from being inlined.
CREATE FUNCTION access_both(a integer[], b integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT unnest(a) INTERSECT SELECT unnest(b)) $$;

-- One record, one reader: the matrix, then the record's own visibility, or the author's own, or a personal grant.
-- Inlined into every policy; with a literal category the planner sees the value.
CREATE FUNCTION access_reads(category text, teams integer[], visible text, author integer, shared integer[], which bigint)
    RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT teams && access_teams('read_' || category)
           AND (visible = 'permitted_partners'
                OR author = ANY (access_teams('read_' || category)) AND author = ANY (teams)
                OR visible = 'selected_partners' AND shared && access_both(access_teams('read_' || category), teams))
        OR author = ANY (access_teams('write_' || category)) AND author = ANY (teams)
        OR which = ANY (access_granted(category))
$$;

CREATE FUNCTION access_writes(category text, teams integer[], author integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT author = ANY (access_teams('write_' || category)) AND author = ANY (teams) $$;

-- Teams of mine that are named by a consent in force in this case, and involved in it (R17).
CREATE FUNCTION access_consented(which bigint) RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(k.team_id), '{}')
    FROM casework_consent k JOIN casework_case c ON c.id = k.case_id
    WHERE k.case_id = which AND k.team_id = ANY (access_teams('teams')) AND k.team_id = ANY (c.team_ids)
      AND k.ended_at IS NULL AND k.since <= access_today() AND k.until > access_today()
      AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())
$$;

-- The wall around one table of records: triggers, policies, rights; and the same rows, no others, of its history.
-- `category` is a literal in quotes, or the name of the column that holds it.
CREATE FUNCTION access_wall_around(record text, category text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    past text := replace(record, 'casework_', 'casework_historical');
    reads text := format('access_reads(%s, team_ids, visibility, author_team_id, shared_team_ids, case_id)', category);
BEGIN
    IF category !~ '^''' THEN  -- the column may say medical content, for which a consent stands in for the cell
        reads := reads || format(' OR %s = ''medical_content'' AND (visibility = ''permitted_partners''
            AND access_consented(case_id) <> ''{}''
            OR visibility = ''selected_partners'' AND shared_team_ids && access_consented(case_id))', category);
    END IF;
    INSERT INTO access_record_table VALUES (record);
    EXECUTE format('CREATE TRIGGER record_written BEFORE INSERT OR UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_written()', record);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record);
    EXECUTE format('CREATE POLICY record_read ON %I FOR SELECT TO lvv_app USING (%s)', record, reads);
    EXECUTE format('CREATE POLICY record_add ON %I FOR INSERT TO lvv_app
                    WITH CHECK (access_writes(%s, team_ids, author_team_id))', record, category);
    EXECUTE format('CREATE POLICY record_change ON %I FOR UPDATE TO lvv_app
                    USING (access_writes(%s, team_ids, author_team_id))', record, category);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO lvv_app', record);
    PERFORM access_wall_around_history(record, past);
END
$$;

-- A history row is visible exactly when its live row is: its own copy of the teams would be yesterday's.
CREATE FUNCTION access_wall_around_history(record text, past text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', past);
    EXECUTE format('CREATE POLICY history_read ON %1$I FOR SELECT TO lvv_app
                    USING (EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);
    EXECUTE format('CREATE POLICY history_add ON %1$I FOR INSERT TO lvv_app
                    WITH CHECK (EXISTS (SELECT FROM %2$I live WHERE live.id = %1$I.id))', past, record);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO lvv_app', past);
END
$$;

ALTER TABLE casework_person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_read ON casework_person FOR SELECT TO lvv_app
    -- Bare: inside (select ...) the planner loses the value, and 9 ms become 230.
    USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('person')));
CREATE POLICY person_add ON casework_person FOR INSERT TO lvv_app
    WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}' AND v_number IS NULL);
GRANT SELECT, INSERT ON casework_person TO lvv_app;

ALTER TABLE casework_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY case_read ON casework_case FOR SELECT TO lvv_app
    USING (team_ids && access_teams('read_identity') OR id = ANY (access_granted('identity')));
CREATE POLICY case_add ON casework_case FOR INSERT TO lvv_app
    WITH CHECK (team_ids <@ access_teams('write_identity') AND team_ids <> '{}'
        -- A case of somebody out of sight would bring her into sight.
        AND EXISTS (SELECT FROM casework_person p WHERE p.id = person_id)
        -- Of one pilot: the teams, the team that leads, and the case.
        AND (SELECT bool_and(t.pilot_id = casework_case.pilot_id) FROM partners_team t
             WHERE t.id = ANY (casework_case.team_ids || casework_case.lead_team_id)));
-- Any involved team that writes something may move the case on; which step is allowed, the transition table says.
CREATE POLICY case_change ON casework_case FOR UPDATE TO lvv_app USING (team_ids && access_teams('write'));
GRANT SELECT, INSERT, UPDATE ON casework_case TO lvv_app;

ALTER TABLE casework_involvement ENABLE ROW LEVEL SECURITY;
CREATE POLICY involvement_read ON casework_involvement FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id
                   AND (tells = 'identity' OR c.team_ids && access_teams('read_' || tells)
                        OR c.id = ANY (access_granted(tells))
                        -- The team that leads knows its partners, and an organisation its own teams.
                        OR c.lead_team_id = ANY (access_teams('teams'))
                        OR EXISTS (SELECT FROM partners_team t
                                   JOIN partners_team m ON m.organisation_id = t.organisation_id
                                   WHERE t.id = casework_involvement.team_id AND m.id = ANY (access_teams('teams'))
                                     AND m.id = ANY (c.team_ids || t.id)))));
CREATE POLICY involvement_add ON casework_involvement FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write'))
        AND EXISTS (SELECT FROM casework_case c JOIN partners_team t ON t.pilot_id = c.pilot_id
                    WHERE c.id = case_id AND t.id = team_id));
CREATE POLICY involvement_change ON casework_involvement FOR UPDATE TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('write')));
GRANT SELECT, INSERT, UPDATE ON casework_involvement TO lvv_app;

-- A grant shows to who sees the case and to its holder; only maintenance and, later, named acts give one.
ALTER TABLE casework_caseuserobjectpermission ENABLE ROW LEVEL SECURITY;
CREATE POLICY grant_read ON casework_caseuserobjectpermission FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = content_object_id));
GRANT SELECT ON casework_caseuserobjectpermission TO lvv_app;

SELECT access_wall_around('casework_identityvalue', '''identity''');
SELECT access_wall_around('casework_briefing', '''identity''');
SELECT access_wall_around('casework_stay', '''contact_shelter''');
SELECT access_wall_around('casework_note', 'category');
SELECT access_wall_around('casework_consent', '''medical_content''');
-- The team a consent names must know of it.
CREATE POLICY consent_named ON casework_consent FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND team_id = ANY (team_ids));
SELECT access_wall_around_history('casework_person', 'casework_historicalperson'),
       access_wall_around_history('casework_case', 'casework_historicalcase'),
       access_wall_around_history('casework_involvement', 'casework_historicalinvolvement'),
       access_wall_around_history('casework_caseuserobjectpermission', 'casework_historicalcaseuserobjectpermission');

-- ------------------------------------------------------------------ clashes (R1)

ALTER TABLE casework_clash ENABLE ROW LEVEL SECURITY;
CREATE POLICY clash_read ON casework_clash FOR SELECT TO lvv_app
    USING (newer_pilot_id = ANY (access_teams('coordinates')) OR older_pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT ON casework_clash TO lvv_app;

-- Looks past the wall for other cases in which the same V-number was written down, and tells the caller nothing.
CREATE FUNCTION register_clashes(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT (access_teams_of_case(which) && access_teams('write_identity')) THEN
        RAISE EXCEPTION 'not your case';
    END IF;
    -- Two registrations of one number at the same moment: the second waits, and then sees the first.
    PERFORM pg_advisory_xact_lock(7305003, hashtext(v.key)) FROM casework_identityvalue v
        WHERE v.case_id = which AND v.kind = 'v_number';
    INSERT INTO casework_clash (reference, newer_case_id, older_case_id, newer_pilot_id, older_pilot_id, agreeing,
                                found_at, newer_answer, older_answer)
    SELECT DISTINCT ON (o.id) gen_random_uuid(), n.id, o.id, n.pilot_id, o.pilot_id,
           ARRAY(SELECT DISTINCT a.kind FROM casework_identityvalue a JOIN casework_identityvalue b
                 ON b.kind = a.kind AND b.key = a.key
                 WHERE a.case_id = n.id AND b.case_id = o.id ORDER BY 1),
           now(), '', ''
    FROM casework_case n
    JOIN casework_identityvalue mine ON mine.case_id = n.id AND mine.kind = 'v_number'
    JOIN casework_identityvalue theirs ON theirs.key = mine.key AND theirs.kind = 'v_number' AND theirs.ended_at IS NULL
    JOIN casework_case o ON o.id = theirs.case_id AND o.person_id <> n.person_id
    WHERE n.id = which
    ORDER BY o.id
    ON CONFLICT DO NOTHING;
END
$$;

-- A coordinator answers for her own pilot only.
CREATE FUNCTION clash_answer(which uuid, said text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE casework_clash SET
        newer_answer = CASE WHEN newer_pilot_id = ANY (access_teams('coordinates')) THEN said ELSE newer_answer END,
        newer_answered_by_id = CASE WHEN newer_pilot_id = ANY (access_teams('coordinates')) THEN access_user()
                                    ELSE newer_answered_by_id END,
        older_answer = CASE WHEN older_pilot_id = ANY (access_teams('coordinates')) THEN said ELSE older_answer END,
        older_answered_by_id = CASE WHEN older_pilot_id = ANY (access_teams('coordinates')) THEN access_user()
                                    ELSE older_answered_by_id END
    WHERE reference = which AND said IN ('same', 'not_same')
      AND (newer_pilot_id = ANY (access_teams('coordinates')) OR older_pilot_id = ANY (access_teams('coordinates')));
    RETURN FOUND;
END
$$;

-- ------------------------------------------------------------------ shelter (R7)

-- Whether somebody has a place today, whatever the local matrix lets the asker read: the departure service may not
-- leave while she has. Only for it and for those who may end its part, in a case in which they take part.
CREATE FUNCTION shelter_is_running(which bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT EXISTS (SELECT FROM casework_stay s WHERE s.case_id = which AND s.ended_at IS NULL
                   AND s.since <= access_today() AND (s.until IS NULL OR s.until > access_today()))
       AND EXISTS (SELECT FROM partners_team t JOIN partners_organisation o ON o.id = t.organisation_id
                   JOIN casework_case c ON c.id = which
                   WHERE t.id = ANY (access_teams('teams')) AND t.id = ANY (c.team_ids)
                     AND o.kind IN ('dtv', 'municipality', 'ngo', 'shelter_operator'))
$$;

-- ------------------------------------------------------------------ searching

-- Fragments and misspellings of names. LIKE and similarity are not leakproof, so under a policy their index is not
-- used (53 ms against 2); this function looks with the same predicate the policy has and returns keys of cases only.
-- In stages, each only when the one before left room: beginnings in the order of their index (so equal names come
-- first), then fragments, then misspellings. Ranking every match first cost 200 ms for a common fragment.
CREATE FUNCTION search_names(wanted text, most integer) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp SET pg_trgm.word_similarity_threshold = 0.5 AS
$$
DECLARE
    inside text := '%' || replace(replace(replace(wanted, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    found bigint[];
BEGIN
    IF access_teams('read_identity') || access_teams('write_identity') = '{}' AND access_granted('identity') = '{}' THEN
        RETURN;
    END IF;
    found := ARRAY(
        SELECT f.case_id FROM (
            SELECT v.case_id, v.key FROM casework_identityvalue v
            WHERE v.kind = 'name' AND v.ended_at IS NULL
              AND v.key ~>=~ wanted AND v.key ~<~ (wanted || chr(1114111))
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.case_id)
            ORDER BY v.key USING ~<~ LIMIT 3 * most) f
        GROUP BY f.case_id ORDER BY min(f.key) USING ~<~, f.case_id DESC LIMIT most);
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT DISTINCT f.case_id FROM (
                SELECT v.case_id FROM casework_identityvalue v
                WHERE v.kind = 'name' AND v.ended_at IS NULL AND v.key LIKE inside AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.case_id)
                LIMIT 3 * most) f
            ORDER BY 1 DESC LIMIT most - cardinality(found));
    END IF;
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT f.case_id FROM (
                SELECT v.case_id, v.key FROM casework_identityvalue v
                WHERE v.kind = 'name' AND v.ended_at IS NULL AND wanted <% v.key AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.case_id)
                LIMIT 20 * most) f
            GROUP BY f.case_id ORDER BY max(strict_word_similarity(wanted, f.key)) DESC, f.case_id DESC
            LIMIT most - cardinality(found));
    END IF;
    RETURN QUERY SELECT unnest(found);
END
$$;

-- ------------------------------------------------------------------ who reads the audit log

CREATE FUNCTION access_managed_cases() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(c.reference), '{}') FROM casework_case c
    WHERE c.case_manager_id = access_user() AND c.team_ids && access_teams('read_identity')
$$;

-- The case manager reads who looked at her cases; the privacy officer what her organisation's people did; the
-- coordinator what was changed in who takes part in her pilot.
CREATE POLICY audit_of_my_cases ON audit_log FOR SELECT TO lvv_app
    USING (cases && (SELECT access_managed_cases()));
CREATE POLICY audit_of_my_organisation ON audit_log FOR SELECT TO lvv_app
    USING (actor_org_id = ANY (access_teams('privacy')));
CREATE POLICY audit_of_my_pilot ON audit_log FOR SELECT TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')));
-- The background signs the head of the chain and checks it.
CREATE POLICY audit_head ON audit_log FOR SELECT TO lvv_jobs USING (true);

-- A privacy officer works with case numbers, though she opens no case: only of cases that her own people saw. A refused
-- attempt has no number here: it would say that the address somebody tried is a case.
CREATE FUNCTION accountability_case_numbers(wanted uuid[]) RETURNS TABLE (reference uuid, number text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT c.reference, c.number::text FROM casework_case c
    WHERE c.reference = ANY (wanted) AND EXISTS (
        SELECT FROM audit_log a WHERE a.cases && ARRAY[c.reference] AND a.outcome <> 'denied'
            AND a.actor_org_id = ANY (access_teams('privacy')))
$$;

CREATE FUNCTION accountability_case_reference(wanted text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT c.reference FROM casework_case c
    WHERE c.number = wanted AND EXISTS (
        SELECT FROM audit_log a WHERE a.cases && ARRAY[c.reference] AND a.outcome <> 'denied'
            AND a.actor_org_id = ANY (access_teams('privacy')))
$$;

REVOKE ALL ON FUNCTION accountability_case_numbers(uuid[]), accountability_case_reference(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accountability_case_numbers(uuid[]), accountability_case_reference(text) TO lvv_app;

REVOKE ALL ON FUNCTION access_enter(integer), access_apply_due(), access_project(bigint[]),
    access_teams_of_case(bigint), access_consented(bigint), register_clashes(bigint), clash_answer(uuid, text),
    search_names(text, integer), shelter_is_running(bigint), access_managed_cases(), access_wall_around(text, text),
    access_wall_around_history(text, text), access_check_projections() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_enter(integer), access_apply_due(), access_teams_of_case(bigint),
    access_consented(bigint), register_clashes(bigint), clash_answer(uuid, text), search_names(text, integer),
    access_managed_cases(), shelter_is_running(bigint) TO lvv_app;
GRANT EXECUTE ON FUNCTION access_apply_due() TO lvv_jobs;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
