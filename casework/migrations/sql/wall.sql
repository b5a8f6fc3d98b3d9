-- The wall: row-level security on everything that belongs to a person or a case. Uses the scope (scope.sql).

-- What is in both: a function of its own, because a sub-select in access_reads() would keep it from being inlined.
CREATE FUNCTION access_both(a integer[], b integer[]) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ARRAY(SELECT unnest(a) INTERSECT SELECT unnest(b)) $$;

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

CREATE FUNCTION access_writes(category text, teams integer[], author integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT author = ANY (access_teams('write_' || category)) AND author = ANY (teams) $$;

-- Teams of mine that are named by a consent in force in this case, and involved in it (R17): one that was recorded in the
-- organisation that wrote the record. What another organisation keeps is no part of it.
CREATE FUNCTION access_consented(which bigint, author integer) RETURNS integer[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT coalesce(array_agg(k.team_id), '{}')
    FROM casework_consent k JOIN casework_case c ON c.id = k.case_id
    JOIN partners_team w ON w.id = k.author_team_id JOIN partners_team a ON a.id = author AND a.organisation_id = w.organisation_id
    WHERE k.case_id = which AND k.team_id = ANY (access_teams('teams')) AND k.team_id = ANY (c.team_ids)
      AND k.ended_at IS NULL AND k.since <= access_today() AND k.until > access_today()
      AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())
$$;

-- What a partner supplied outside the application: written by the coordinator of the pilot's municipality, in the name
-- of another team, and never about public order (R20). That this team takes part is asked when it is written
-- (access_record_written): later it must still be possible to correct it.
CREATE FUNCTION access_supplies(category text, teams integer[], author integer, source integer) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT category <> 'public_order' AND author = ANY (access_teams('teams')) AND author = ANY (teams)
        AND source <> author
        AND EXISTS (SELECT FROM partners_team t JOIN partners_pilot l ON l.id = t.pilot_id
                    WHERE t.id = author AND t.organisation_id = l.municipality_id
                      AND l.id = ANY (access_teams('coordinates')))
$$;

-- The wall around one table of records: triggers, policies, rights; and the same rows, no others, of its history.
-- `category` is a literal in quotes, or the name of the column that holds it. What may be `supplied` on a partner's behalf
-- is that partner's too.
CREATE FUNCTION access_wall_around(record text, category text, supplied boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    in_column boolean := category !~ '^''';
    consented text := '(shared_until IS NULL OR shared_until > access_today())
                AND (visibility = ''permitted_partners'' AND access_consented(case_id, author_team_id) <> ''{}''
                     OR visibility = ''selected_partners'' AND shared_team_ids && access_consented(case_id, author_team_id))';
    reads text := format('access_reads(%s, team_ids, visibility, author_team_id, shared_team_ids, shared_until, case_id)',
                         category);
    supplies text := format('access_supplies(%s, team_ids, author_team_id, source_team_id)', category);
BEGIN
    IF in_column THEN  -- the column may say medical content, for which a consent stands in for the cell
        reads := reads || format(' OR %s = ''medical_content'' AND ', category) || consented;
        EXECUTE format('CREATE TRIGGER record_keeps_category BEFORE UPDATE ON %I FOR EACH ROW
                        WHEN (NEW.category <> OLD.category) EXECUTE FUNCTION access_category_kept()', record);
    ELSIF category = '''medical_content''' THEN
        reads := reads || ' OR ' || consented;
    END IF;
    INSERT INTO access_record_table VALUES (record);
    PERFORM access_write_projection();
    EXECUTE format('CREATE TRIGGER record_written BEFORE INSERT OR UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_written()', record);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', record);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO lvv_app', record);
    EXECUTE format('CREATE POLICY record_read ON %I FOR SELECT TO lvv_app USING (%s)', record, reads);
    EXECUTE format('CREATE POLICY record_add ON %I FOR INSERT TO lvv_app
                    WITH CHECK (source_team_id IS NULL AND access_writes(%s, team_ids, author_team_id) OR %s)',
                   record, category, supplies);
    -- The source's own word replaces what was recorded on its behalf, so it may end that.
    EXECUTE format('CREATE POLICY record_change ON %I FOR UPDATE TO lvv_app
                    USING (access_writes(%2$s, team_ids, author_team_id) AND source_team_id IS NULL OR %3$s
                           OR source_team_id IS NOT NULL AND access_writes(%2$s, team_ids, source_team_id))',
                   record, category, supplies);
    IF supplied THEN
        EXECUTE format('CREATE POLICY record_of_source ON %I FOR SELECT TO lvv_app
                        USING (access_writes(%s, team_ids, source_team_id))', record, category);
    END IF;
    PERFORM access_wall_around_history(record, replace(record, 'casework_', 'casework_historical'));
END
$$;

-- A record that asks another team something: that team reads it, and may change its answer.
CREATE FUNCTION access_wall_addressed(record text, category text) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    mine text := format('to_team_id = ANY (team_ids) AND to_team_id = ANY (access_teams(''read_'' || %1$s)
                         || access_teams(''write_'' || %1$s) || access_teams(''attend_'' || %1$s))', category);
BEGIN
    PERFORM access_wall_around(record, category);
    EXECUTE format('CREATE POLICY record_asked ON %I FOR SELECT TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE POLICY record_answer ON %I FOR UPDATE TO lvv_app USING (%s)', record, mine);
    EXECUTE format('CREATE TRIGGER record_answered BEFORE UPDATE ON %I
                    FOR EACH ROW EXECUTE FUNCTION access_record_answered()', record);
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
-- A team that writes nothing here may still leave.
CREATE POLICY involvement_leave ON casework_involvement FOR UPDATE TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id))
    WITH CHECK (team_id = ANY (access_teams('teams')) AND until <= access_today());
GRANT SELECT, INSERT, UPDATE ON casework_involvement TO lvv_app;

-- A grant shows to who sees the case and to its holder; only maintenance and, later, named acts give one.
ALTER TABLE casework_caseuserobjectpermission ENABLE ROW LEVEL SECURITY;
CREATE POLICY grant_read ON casework_caseuserobjectpermission FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = content_object_id));
GRANT SELECT ON casework_caseuserobjectpermission TO lvv_app;

SELECT access_wall_around('casework_identityvalue', '''identity''', true),
       access_wall_around('casework_identitydocument', '''identity''', true),
       access_wall_around('casework_relation', '''identity''', true),
       access_wall_around('casework_identityresearch', '''identity''', true),
       access_wall_around('casework_briefing', '''identity'''),
       access_wall_around('casework_stay', '''contact_shelter'''),
       access_wall_around('casework_allowance', '''contact_shelter'''),
       access_wall_around('casework_procedure', '''procedures''', true),
       access_wall_around('casework_procedurestep', '''procedures''', true),
       access_wall_around('casework_residencetitle', '''procedures''', true),
       access_wall_around('casework_departureplan', '''departure''', true),
       access_wall_around('casework_traveldocument', '''departure''', true),
       access_wall_around('casework_traveldocumentstep', '''departure''', true),
       access_wall_around('casework_mediation', '''departure''', true),
       access_wall_around('casework_returnsupport', '''departure''', true),
       access_wall_around('casework_legalaid', '''legal_aid''', true),
       access_wall_around('casework_medicallimitation', '''medical_limitation''', true),
       access_wall_around('casework_medicalrecord', '''medical_content''', true),
       access_wall_around('casework_consent', '''medical_content'''),
       access_wall_around('casework_supervision', '''public_order'''),
       access_wall_around('casework_note', 'category'),
       access_wall_around('casework_contact', 'category'),
       access_wall_around('casework_signal', 'category'),
       access_wall_addressed('casework_handover', '''outcome'''),
       access_wall_addressed('casework_correctionrequest', 'category');
-- The team a consent names must know of it.
CREATE POLICY consent_named ON casework_consent FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('teams')) AND team_id = ANY (team_ids));
SELECT access_wall_around_history('casework_person', 'casework_historicalperson'),
       access_wall_around_history('casework_case', 'casework_historicalcase'),
       access_wall_around_history('casework_involvement', 'casework_historicalinvolvement'),
       access_wall_around_history('casework_caseuserobjectpermission', 'casework_historicalcaseuserobjectpermission');

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
    access_teams_of_case(bigint), access_consented(bigint, integer), access_managed_cases(),
    access_wall_around(text, text, boolean), access_wall_addressed(text, text), access_wall_around_history(text, text), access_check_projections() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access_enter(integer), access_apply_due(), access_teams_of_case(bigint),
    access_consented(bigint, integer), access_managed_cases() TO lvv_app;
GRANT EXECUTE ON FUNCTION access_apply_due() TO lvv_jobs;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
