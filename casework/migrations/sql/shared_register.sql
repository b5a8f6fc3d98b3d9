-- The wall around the dossiers: sharing that ends, what is recorded on a partner's behalf, records that ask another
-- team something, steps that show with what they belong to, and the protected address.

-- One record and somebody who reads this category for the teams `reads`, writes it for `writes`, and has it by personal
-- grant in the cases `granted`: the matrix, then the record's own visibility, which ends on its day, or the author's own.
CREATE FUNCTION access_judge(reads integer[], writes integer[], granted bigint[], teams integer[], visible text,
                             author integer, shared integer[], shared_until date, which bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT teams && reads
           AND (author = ANY (reads) AND author = ANY (teams)
                OR (shared_until IS NULL OR shared_until > access_today())
                   AND (visible = 'permitted_partners' OR visible = 'selected_partners' AND shared && access_both(reads, teams)))
        OR author = ANY (writes) AND author = ANY (teams)
        OR which = ANY (granted)
$$;

-- What is said to a lawyer or a doctor stays with the team it was said to, however open the record is (R17, R18); medical
-- content is read by others through a consent alone.
CREATE FUNCTION access_openness(category text, visible text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
    SELECT CASE WHEN category IN ('medical_content', 'legal_aid') THEN 'own_organisation' ELSE visible END
$$;

-- The same for whoever has entered. Inlined into every policy; with a literal category the planner sees the value.
CREATE FUNCTION access_reads(category text, teams integer[], visible text, author integer, shared integer[],
                             shared_until date, which bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT access_judge(access_teams('read_' || category), access_teams('write_' || category), access_granted(category),
                        teams, access_openness(category, visible), author, shared, shared_until, which)
$$;

-- With twenty-five tables of records: cases first, then the records of each. (The condition on the record's own column
-- let the planner try the whole list of cases for every case; a bulk load then took more than ten minutes.)
-- Always by index: in the middle of a bulk load the planner has no statistics yet, and scanned whole tables inside its
-- loops (eight minutes for 2,065 cases, against some seconds).
CREATE OR REPLACE FUNCTION access_project(cases bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
                        WHERE c.id = r.case_id AND c.id = ANY ($1) AND r.team_ids <> c.team_ids', one) USING cases;
    END LOOP;
END
$$;

-- What a partner supplied outside the application: written by the coordinator of the pilot's municipality, in the name
-- of another team that takes part, and never about public order (R20).
CREATE FUNCTION access_supplies(category text, teams integer[], author integer, source integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT category <> 'public_order' AND author = ANY (access_teams('teams')) AND author = ANY (teams)
        AND source = ANY (teams) AND source <> author
        AND EXISTS (SELECT FROM partners_team t JOIN partners_pilot l ON l.id = t.pilot_id
                    WHERE t.id = author AND t.organisation_id = l.municipality_id
                      AND l.id = ANY (access_teams('coordinates')))
$$;

-- Triggers, policies and rights of one table of records, and of its history. Also where an older wall stands.
CREATE OR REPLACE FUNCTION access_wall_around(record text, category text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    past text := replace(record, 'casework_', 'casework_historical');
    known boolean := EXISTS (SELECT FROM access_record_table WHERE name = record);
    reads text := format('access_reads(%s, team_ids, visibility, author_team_id, shared_team_ids, shared_until, case_id)',
                         category);
    supplies text := format('access_supplies(%s, team_ids, author_team_id, source_team_id)', category);
BEGIN
    IF category !~ '^''' THEN  -- the column may say medical content, for which a consent stands in for the cell
        reads := reads || format(' OR %s = ''medical_content''', category);
    END IF;
    IF category = '''medical_content''' OR category !~ '^''' THEN
        reads := reads || CASE WHEN category !~ '^''' THEN ' AND ' ELSE ' OR ' END
            || '(shared_until IS NULL OR shared_until > access_today())
                AND (visibility = ''permitted_partners'' AND access_consented(case_id) <> ''{}''
                     OR visibility = ''selected_partners'' AND shared_team_ids && access_consented(case_id))';
    END IF;
    IF NOT known THEN
        INSERT INTO access_record_table VALUES (record);
        EXECUTE format('CREATE TRIGGER record_written BEFORE INSERT OR UPDATE ON %I
                        FOR EACH ROW EXECUTE FUNCTION access_record_written()', record);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO lvv_app', record);
    ELSE
        EXECUTE format('DROP POLICY record_read ON %1$I; DROP POLICY record_add ON %1$I;
                        DROP POLICY record_change ON %1$I', record);
    END IF;
    EXECUTE format('CREATE POLICY record_read ON %I FOR SELECT TO lvv_app USING (%s)', record, reads);
    EXECUTE format('CREATE POLICY record_add ON %I FOR INSERT TO lvv_app
                    WITH CHECK (source_team_id IS NULL AND access_writes(%s, team_ids, author_team_id) OR %s)',
                   record, category, supplies);
    -- The source's own word replaces what was recorded on its behalf, so it may end that.
    EXECUTE format('CREATE POLICY record_change ON %I FOR UPDATE TO lvv_app
                    USING (access_writes(%2$s, team_ids, author_team_id) AND source_team_id IS NULL OR %3$s
                           OR source_team_id IS NOT NULL AND access_writes(%2$s, team_ids, source_team_id))',
                   record, category, supplies);
    IF NOT known THEN
        PERFORM access_wall_around_history(record, past);
    END IF;
END
$$;

-- A record that asks another team something: that team reads it, and may change its answer.
CREATE FUNCTION access_wall_addressed(record text, category text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    mine text := format('to_team_id = ANY (team_ids) AND to_team_id = ANY (access_teams(''read_'' || %1$s)
                         || access_teams(''write_'' || %1$s))', category);
BEGIN
    PERFORM access_wall_around(record, category);
    EXECUTE format('CREATE POLICY record_asked ON %I FOR SELECT TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE POLICY record_answer ON %I FOR UPDATE TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE TRIGGER record_answered BEFORE UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_answered()', record);
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
        END IF;
    END IF;
    RETURN NEW;
END
$$;

SELECT access_wall_around('casework_identityvalue', '''identity'''), access_wall_around('casework_briefing', '''identity'''),
       access_wall_around('casework_stay', '''contact_shelter'''), access_wall_around('casework_note', 'category'),
       access_wall_around('casework_consent', '''medical_content''');
SELECT access_wall_around('casework_identitydocument', '''identity'''), access_wall_around('casework_relation', '''identity'''),
       access_wall_around('casework_contact', 'category'),
       access_wall_around('casework_procedure', '''procedures'''),
       access_wall_around('casework_procedurestep', '''procedures'''),
       access_wall_around('casework_residencetitle', '''procedures'''),
       access_wall_around('casework_departureplan', '''departure'''),
       access_wall_around('casework_traveldocument', '''departure'''),
       access_wall_around('casework_traveldocumentstep', '''departure'''),
       access_wall_around('casework_mediation', '''departure'''),
       access_wall_around('casework_returnsupport', '''departure'''),
       access_wall_around('casework_identityresearch', '''identity'''),
       access_wall_around('casework_supervision', '''public_order'''),
       access_wall_around('casework_signal', 'category'),
       access_wall_around('casework_legalaid', '''legal_aid'''),
       access_wall_around('casework_medicallimitation', '''medical_limitation'''),
       access_wall_around('casework_medicalrecord', '''medical_content'''),
       access_wall_around('casework_allowance', '''contact_shelter'''),
       access_wall_addressed('casework_handover', '''outcome'''),
       access_wall_addressed('casework_correctionrequest', 'category');

-- Who reads a category may ask its owner for a correction, also where she writes nothing of it.
CREATE POLICY correction_asked ON casework_correctionrequest FOR INSERT TO lvv_app
    WITH CHECK (source_team_id IS NULL AND author_team_id = ANY (access_teams('read_' || category))
                AND author_team_id = ANY (team_ids) AND answer = '');
CREATE POLICY correction_withdrawn ON casework_correctionrequest FOR UPDATE TO lvv_app
    USING (author_team_id = ANY (access_teams('read_' || category)) AND author_team_id = ANY (team_ids));

-- A step shows to whoever the procedure or application shows to, and is written where one writes that.
CREATE POLICY step_with_parent ON casework_procedurestep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_procedure p WHERE p.id = procedure_id AND p.case_id = casework_procedurestep.case_id));
CREATE POLICY step_with_parent ON casework_traveldocumentstep AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_traveldocument p
                   WHERE p.id = application_id AND p.case_id = casework_traveldocumentstep.case_id));

-- Of a member of the household nothing shows that the reader does not see anyway, not even that she exists.
CREATE POLICY relation_other ON casework_relation AS RESTRICTIVE FOR ALL TO lvv_app
    USING (other_id IS NULL OR EXISTS (SELECT FROM casework_person p WHERE p.id = other_id));

-- ------------------------------------------------------------------ shelter

-- Locations have names, which who reads addresses may know; where they are stands apart.
ALTER TABLE casework_location ENABLE ROW LEVEL SECURITY;
CREATE POLICY location_read ON casework_location FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) OR EXISTS (
        SELECT FROM partners_team t WHERE t.pilot_id = casework_location.pilot_id
            AND t.id = ANY (access_teams('read_shelter_address'))));
CREATE POLICY location_add ON casework_location FOR INSERT TO lvv_app
    WITH CHECK (pilot_id = ANY (access_teams('coordinates')));
CREATE POLICY location_change ON casework_location FOR UPDATE TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT, INSERT, UPDATE ON casework_location TO lvv_app;
SELECT access_wall_around_history('casework_location', 'casework_historicallocation');

ALTER TABLE casework_locationaddress ENABLE ROW LEVEL SECURITY;
CREATE POLICY address_of_my_location ON casework_locationaddress FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_location l WHERE l.id = location_id AND l.team_id = ANY (access_teams('teams'))));
GRANT SELECT ON casework_locationaddress TO lvv_app;

ALTER TABLE casework_addressreading ENABLE ROW LEVEL SECURITY;
-- Who reads the address sees who else did; the case manager finds it in the audit log too.
CREATE POLICY address_reading_read ON casework_addressreading FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id
                   AND c.team_ids && access_teams('read_shelter_address')));
GRANT SELECT ON casework_addressreading TO lvv_app;

-- The address behind a stay that has begun and not ended, for a team of mine that takes part and reads addresses; with
-- a reason, which is kept (R19). Staff of the location itself reads the table. NULL if there is nothing for her.
CREATE FUNCTION shelter_address(which uuid, why text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    place record;
BEGIN
    IF length(trim(why)) < 5 THEN
        RAISE EXCEPTION 'an address is read with a reason' USING ERRCODE = 'check_violation';
    END IF;
    SELECT s.id, s.case_id, a.address,
           (access_both(s.team_ids, access_teams('read_shelter_address')))[1] AS team INTO place
    FROM casework_stay s JOIN casework_locationaddress a ON a.location_id = s.location_id
    WHERE s.reference = which AND s.ended_at IS NULL
      AND s.since <= access_today() AND (s.until IS NULL OR s.until > access_today())
      AND s.team_ids && access_both(access_teams('read_shelter_address'), access_teams('read_contact_shelter'))
      AND access_reads('contact_shelter', s.team_ids, s.visibility, s.author_team_id, s.shared_team_ids, s.shared_until,
                       s.case_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO casework_addressreading (case_id, stay_id, user_id, team_id, reason, read_at)
    VALUES (place.case_id, place.id, access_user(), place.team, left(trim(why), 300), now());
    RETURN place.address;
END
$$;

-- A coordinator writes an address without reading the one that stood there.
CREATE FUNCTION shelter_write_address(which bigint, written text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM casework_location l WHERE l.id = which AND l.pilot_id = ANY (access_teams('coordinates'))) THEN
        RETURN false;
    END IF;
    INSERT INTO casework_locationaddress (location_id, address) VALUES (which, written)
    ON CONFLICT (location_id) DO UPDATE SET address = excluded.address;
    RETURN true;
END
$$;

-- ------------------------------------------------------------------ reading a case

-- All records of some cases in one statement, under the policies of whoever asks. In plpgsql, so that its plan is kept:
-- planning twenty-five policies anew for every page would cost more than running them.
CREATE FUNCTION dossier_rows(cases bigint[]) RETURNS TABLE (
    kind text, row_data jsonb, category text, team_ids integer[], visibility text, author integer, shared integer[],
    shared_until date, case_id bigint) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT 'identity_value', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identityvalue r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'document', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identitydocument r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'relation', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_relation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'briefing', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_briefing r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'research', to_jsonb(r), 'identity'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_identityresearch r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'stay', to_jsonb(r), 'contact_shelter'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_stay r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'allowance', to_jsonb(r), 'contact_shelter'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_allowance r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'note', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_note r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'contact', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_contact r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'signal', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_signal r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'procedure', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_procedure r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'procedure_step', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_procedurestep r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'residence_title', to_jsonb(r), 'procedures'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_residencetitle r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'departure_plan', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_departureplan r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'travel_document', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_traveldocument r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'travel_document_step', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_traveldocumentstep r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'mediation', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_mediation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'return_support', to_jsonb(r), 'departure'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_returnsupport r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'supervision', to_jsonb(r), 'public_order'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_supervision r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'legal_aid', to_jsonb(r), 'legal_aid'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_legalaid r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'limitation', to_jsonb(r), 'medical_limitation'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_medicallimitation r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'medical', to_jsonb(r), 'medical_content'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_medicalrecord r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'consent', to_jsonb(r), 'medical_content'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_consent r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'hand_over', to_jsonb(r), 'outcome'::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_handover r WHERE r.case_id = ANY (cases)
    UNION ALL
    SELECT 'correction', to_jsonb(r), r.category::text, r.team_ids, r.visibility::text, r.author_team_id, r.shared_team_ids, r.shared_until, r.case_id
        FROM casework_correctionrequest r WHERE r.case_id = ANY (cases);
END
$$;

-- Of what I see of these cases, what one of their teams sees: the same judgement, over that team's rights of today.
CREATE FUNCTION dossier_rows_of(cases bigint[], team integer) RETURNS TABLE (kind text, reference uuid)
    LANGUAGE sql STABLE AS
$$
    WITH has AS MATERIALIZED (SELECT r.category, r.verb FROM access_readers(ARRAY[team]) r),
    seen AS MATERIALIZED (SELECT d.* FROM dossier_rows(cases) d WHERE team = ANY (d.team_ids)),
    consents AS (
        SELECT d.case_id FROM seen d
        WHERE d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team AND d.row_data ->> 'ended_at' IS NULL
          AND (d.row_data ->> 'since')::date <= access_today() AND (d.row_data ->> 'until')::date > access_today()
          AND (d.row_data ->> 'withdrawn_on' IS NULL OR (d.row_data ->> 'withdrawn_on')::date > access_today()))
    SELECT d.kind, (d.row_data ->> 'reference')::uuid FROM seen d
    WHERE access_judge(
              CASE WHEN EXISTS (SELECT FROM has h WHERE h.category = d.category AND h.verb = 'read') THEN ARRAY[team] ELSE '{}' END,
              CASE WHEN EXISTS (SELECT FROM has h WHERE h.category = d.category AND h.verb = 'write') THEN ARRAY[team] ELSE '{}' END,
              '{}', d.team_ids, d.visibility, d.author, d.shared, d.shared_until, d.case_id)
       OR d.category = 'medical_content' AND d.case_id IN (SELECT c.case_id FROM consents c)
          AND (d.shared_until IS NULL OR d.shared_until > access_today())
          AND (d.visibility = 'permitted_partners' OR d.visibility = 'selected_partners' AND team = ANY (d.shared))
       OR d.kind = 'consent' AND (d.row_data ->> 'team_id')::integer = team
       OR d.kind IN ('correction', 'hand_over') AND (d.row_data ->> 'to_team_id')::integer = team
$$;

-- ------------------------------------------------------------------ searching, by the new predicate

DROP FUNCTION search_names(text, integer);
CREATE FUNCTION search_names(wanted text, asked text[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER
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
            WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL
              AND v.key ~>=~ wanted AND v.key ~<~ (wanted || chr(1114111))
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.shared_until,
                               v.case_id)
            ORDER BY v.key USING ~<~ LIMIT 3 * most) f
        GROUP BY f.case_id ORDER BY min(f.key) USING ~<~, f.case_id DESC LIMIT most);
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT DISTINCT f.case_id FROM (
                SELECT v.case_id FROM casework_identityvalue v
                WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL AND v.key LIKE inside AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 3 * most) f
            ORDER BY 1 DESC LIMIT most - cardinality(found));
    END IF;
    IF cardinality(found) < most AND length(wanted) > 2 AND asked <> '{}' THEN
        found := found || ARRAY(
            SELECT DISTINCT f.case_id FROM (
                SELECT v.case_id FROM casework_identityvalue v
                WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL AND v.sounds @> asked AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 3 * most) f
            ORDER BY 1 DESC LIMIT most - cardinality(found));
    END IF;
    IF cardinality(found) < most AND length(wanted) > 2 THEN
        found := found || ARRAY(
            SELECT f.case_id FROM (
                SELECT v.case_id, v.key FROM casework_identityvalue v
                WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL AND wanted <% v.key AND v.case_id <> ALL (found)
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT 20 * most) f
            GROUP BY f.case_id ORDER BY max(strict_word_similarity(wanted, f.key)) DESC, f.case_id DESC
            LIMIT most - cardinality(found));
    END IF;
    RETURN QUERY SELECT unnest(found);
END
$$;
DROP FUNCTION access_reads(text, integer[], text, integer, integer[], bigint);

-- Cases in sight to be compared with somebody at the desk (docs/matching.md): the same V-number; two words of a name
-- that sound the same, or the only one; the same day of birth, exchanged or only its year, with one such word.
CREATE FUNCTION match_candidates(asked text[], born text[], numbers text[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    one integer;
    other integer;
    hits bigint[];
BEGIN
    IF access_teams('read_identity') || access_teams('write_identity') = '{}' AND access_granted('identity') = '{}' THEN
        RETURN;
    END IF;
    hits := ARRAY(
        SELECT v.case_id FROM casework_identityvalue v
        WHERE v.kind = 'v_number' AND v.key = ANY (numbers) AND v.ended_at IS NULL
          AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.shared_until,
                           v.case_id)
        LIMIT most);
    FOR one IN 1 .. cardinality(asked) LOOP
        FOR other IN one + 1 .. cardinality(asked) LOOP
            hits := hits || ARRAY(
                SELECT v.case_id FROM casework_identityvalue v
                WHERE v.kind IN ('name', 'alias') AND v.sounds @> ARRAY[asked[one], asked[other]] AND v.ended_at IS NULL
                  AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                                   v.shared_until, v.case_id)
                LIMIT most);
        END LOOP;
        hits := hits || ARRAY(
            SELECT v.case_id FROM casework_identityvalue v
            WHERE v.kind IN ('name', 'alias') AND v.ended_at IS NULL
              AND (v.sounds = ARRAY[asked[one]] OR cardinality(asked) = 1 AND v.sounds @> asked)
              AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids,
                               v.shared_until, v.case_id)
            LIMIT most);
    END LOOP;
    hits := hits || ARRAY(
        SELECT b.case_id FROM casework_identityvalue b
        JOIN casework_identityvalue v ON v.case_id = b.case_id AND v.kind IN ('name', 'alias') AND v.ended_at IS NULL
        WHERE b.kind = 'birth_date' AND b.key = ANY (born) AND b.ended_at IS NULL AND v.sounds && asked
          AND access_reads('identity', b.team_ids, b.visibility, b.author_team_id, b.shared_team_ids, b.shared_until,
                           b.case_id)
          AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.shared_until,
                           v.case_id)
        LIMIT most);
    RETURN QUERY SELECT DISTINCT hit FROM unnest(hits) hit ORDER BY hit DESC LIMIT most;
END
$$;
REVOKE ALL ON FUNCTION match_candidates(text[], text[], text[], integer), search_names(text, text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION match_candidates(text[], text[], text[], integer), search_names(text, text[], integer) TO lvv_app;

REVOKE ALL ON FUNCTION shelter_address(uuid, text), shelter_write_address(bigint, text), access_wall_around(text, text),
    access_wall_addressed(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shelter_address(uuid, text), shelter_write_address(bigint, text) TO lvv_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
