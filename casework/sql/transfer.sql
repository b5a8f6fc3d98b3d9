-- A case goes to another pilot. The wall stands between the two: the offer is all the other side
-- reads, until the exit is confirmed here; then the case is opened there, with a copy of what goes
-- along.

-- On this side it reads as guidance: it says where she would live, and what she needs there.
CREATE POLICY transfer_read ON casework_transfer FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.team_ids && access_teams('read_guidance')));

CREATE POLICY transfer_offered ON casework_transfer FOR SELECT TO lvv_app
    USING (to_pilot_id = ANY (access_teams('coordinates')) AND taken_back_at IS NULL AND answer <> 'declined');

CREATE POLICY transfer_add ON casework_transfer FOR INSERT TO lvv_app
    WITH CHECK (offered_by_id = access_user() AND answer = '' AND answer_text = '' AND answered_at IS NULL
                AND answered_by_id IS NULL AND to_team_id IS NULL AND taken_back_at IS NULL AND handed_over_on IS NULL
                AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id AND c.pilot_id = casework_transfer.pilot_id
                            AND c.lead_team_id = ANY (access_teams('write_outcome'))));

GRANT SELECT, INSERT ON casework_transfer TO lvv_app;

CREATE POLICY ticked_read ON casework_guidanceticked FOR SELECT TO lvv_app USING (team_id = ANY (access_teams('write_guidance')));

CREATE POLICY ticked_add ON casework_guidanceticked FOR INSERT TO lvv_app
    WITH CHECK (team_id = ANY (access_teams('write_guidance')) AND ticked_by_id = access_user() AND EXISTS (
        SELECT FROM casework_transfer t JOIN casework_case c ON c.id = t.case_id
        WHERE t.id = transfer_id AND t.handed_over_on IS NULL AND team_id = ANY (c.team_ids)));

CREATE POLICY ticked_change ON casework_guidanceticked FOR UPDATE TO lvv_app
    USING (team_id = ANY (access_teams('write_guidance')) AND EXISTS (
        SELECT FROM casework_transfer t WHERE t.id = transfer_id AND t.handed_over_on IS NULL))
    WITH CHECK (ticked_by_id = access_user());

GRANT SELECT, INSERT ON casework_guidanceticked TO lvv_app;

GRANT UPDATE (records, ticked_by_id, ticked_at, version) ON casework_guidanceticked TO lvv_app;

-- Whether a pilot takes a new case today.
CREATE FUNCTION transfer_is_open(which bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT EXISTS (SELECT FROM partners_pilot l WHERE l.id = which AND l.state = 'open')
       AND EXISTS (SELECT FROM access_convenants_at(access_today()) c
                   WHERE c.pilot_id = which AND c.kind <> 'custody_agreement')
$$;

-- The coordinator there accepts or declines. Answers whether that counted: not twice, and not what was taken back.
CREATE FUNCTION transfer_answer(which uuid, said text, why text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    asked record;
    leads integer;
BEGIN
    -- The case before its transfer, as everywhere.
    PERFORM 1 FROM casework_case c JOIN casework_transfer t ON t.case_id = c.id WHERE t.reference = which
    FOR NO KEY UPDATE OF c;
    SELECT t.* INTO asked FROM casework_transfer t
    WHERE t.reference = which AND t.answer = '' AND t.taken_back_at IS NULL AND t.to_pilot_id = ANY (access_teams('coordinates'))
      AND EXISTS (SELECT FROM casework_case c WHERE c.id = t.case_id AND c.left_on IS NULL)
    FOR UPDATE;
    IF NOT FOUND OR said NOT IN ('accepted', 'declined') OR said = 'declined' AND trim(why) = '' THEN
        RETURN false;
    END IF;
    IF said = 'accepted' THEN
        SELECT m.id INTO leads FROM partners_team m JOIN partners_pilot l ON l.id = m.pilot_id
        WHERE l.id = asked.to_pilot_id AND m.organisation_id = l.municipality_id AND m.function = 'general'
          AND m.id = ANY (access_teams('write_identity'))
        ORDER BY m.id LIMIT 1;
        IF leads IS NULL OR NOT transfer_is_open(asked.to_pilot_id) THEN
            RETURN false;
        END IF;
    END IF;
    UPDATE casework_transfer t SET answer = said, answer_text = left(trim(why), 500), answered_at = now(),
        answered_by_id = access_user(), to_team_id = leads
    WHERE t.id = asked.id;
    -- Whoever offered finds the answer among what waits.
    UPDATE casework_progress g SET deadline_on = least(g.deadline_on, access_today()) WHERE g.case_id = asked.case_id AND said = 'accepted';
    RETURN true;
END
$$;

-- Whoever leads the case takes the offer back, until it is handed over.
CREATE FUNCTION transfer_take_back(which uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE casework_transfer t SET taken_back_at = now() FROM casework_case c
    WHERE t.reference = which AND c.id = t.case_id AND t.taken_back_at IS NULL AND t.handed_over_on IS NULL
      AND c.lead_team_id = ANY (access_teams('write_outcome'));
    RETURN FOUND;
END
$$;

-- She leaves otherwise: what was offered is over. For who confirmed her exit just now.
CREATE FUNCTION transfer_lapses(which bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    UPDATE casework_transfer t SET taken_back_at = now() FROM casework_exit x
    WHERE x.id = which AND x.confirmed_by_id = access_user() AND x.outcome <> 'moved_to_other_pilot'
      AND x.confirmed_on = access_today() AND x.undone_on IS NULL AND x.ended_at IS NULL
      AND t.case_id = x.case_id AND t.taken_back_at IS NULL AND t.handed_over_on IS NULL
$$;

-- Copies of rows, as another team's own in another case, whose source is the team there of the organisation that said so, with the first row of their history; answers which became which.
-- `words`: what the document is called, and by kind of organisation from whom it came. `parents` says where the rows they belong
-- to went.
CREATE FUNCTION transfer_copy(record text, chosen bigint[], there bigint, team bigint, who bigint, words jsonb, visible text,
                              parent text DEFAULT '', parents jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql AS
$$
DECLARE
    old jsonb;
    became jsonb := '{}';
    fresh jsonb;
    key bigint;
BEGIN
    FOR old IN EXECUTE format('SELECT to_jsonb(r) FROM %I r WHERE r.id = ANY ($1) ORDER BY r.id', record) USING chosen LOOP
        CONTINUE WHEN parent <> '' AND NOT parents ? (old->>parent);
        EXECUTE format('SELECT nextval(pg_get_serial_sequence(%L, ''id''))', record) INTO key;
        fresh := old || jsonb_build_object(
            'id', key, 'reference', gen_random_uuid(), 'case_id', there, 'author_team_id', team, 'author_id', who,
            'source_team_id', (
                SELECT m.id FROM partners_team said JOIN partners_team m ON m.organisation_id = said.organisation_id
                    AND m.function = said.function AND m.id <> team
                    AND m.pilot_id = (SELECT c.pilot_id FROM casework_case c WHERE c.id = there)
                WHERE said.id = coalesce((old->>'source_team_id')::bigint, (old->>'author_team_id')::bigint) LIMIT 1),
            'visibility', visible, 'shared_team_ids', '[]'::jsonb, 'team_ids', '[]'::jsonb, 'recorded_at', now(),
            'received_on', access_today(), 'received_document', words->>'document', 'version', 1);
        -- Who said it has no team there: that it was a municipality or an NGO elsewhere stays known, and not which (ADR 0018).
        IF fresh->>'source_team_id' IS NULL THEN
            fresh := fresh || jsonb_build_object('received_document', left((words->>'document') || coalesce((
                SELECT words->>o.kind
                FROM partners_team said JOIN partners_organisation o ON o.id = said.organisation_id
                WHERE said.id = coalesce((old->>'source_team_id')::bigint, (old->>'author_team_id')::bigint)
                  AND said.function = 'general'), ''), 200));
        END IF;
        IF visible = 'own_organisation' THEN  -- it is shared anew, or not
            fresh := fresh || '{"share_purpose": "", "share_basis": "", "shared_until": null, "source_team_id": null}';
        END IF;
        IF parent <> '' THEN
            fresh := fresh || jsonb_build_object(parent, parents->(old->>parent));
        END IF;
        IF record = 'casework_procedure' THEN  -- the decision it is about stays with the case it was taken in
            fresh := fresh || '{"formal_decision_id": null}';
        END IF;
        -- Of two numbers that have one source there, the first goes along.
        CONTINUE WHEN record = 'casework_identityvalue' AND fresh->>'kind' = 'v_number' AND EXISTS (
            SELECT FROM casework_identityvalue v WHERE v.case_id = there AND v.kind = 'v_number' AND v.ended_at IS NULL
                AND coalesce(v.source_team_id, v.author_team_id) = coalesce((fresh->>'source_team_id')::integer, team));
        EXECUTE format('INSERT INTO %1$I SELECT (jsonb_populate_record(NULL::%1$I, $1)).*', record) USING fresh;
        PERFORM access_history(record, ARRAY[key], '+', 'transferred');
        became := became || jsonb_build_object(old->>'id', key);
    END LOOP;
    RETURN became;
END
$$;

CREATE FUNCTION transfer_takes_part(which bigint, team bigint, why text, who bigint) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    made bigint;
BEGIN
    IF EXISTS (SELECT FROM casework_involvement v WHERE v.case_id = which AND v.team_id = team
               AND not_over(v.until)) THEN
        RETURN;
    END IF;
    INSERT INTO casework_involvement (case_id, team_id, worker_id, since, ground, explanation, ending, reveals, counted)
    VALUES (which, team, who, access_today(), why, '', '', 'identity', false) RETURNING id INTO made;
    PERFORM access_history('casework_involvement', ARRAY[made], '+', 'transferred');
END
$$;

-- What goes along: who she is, her procedures and her departure, as far as all partners read them here; the guidance its
-- team ticked; medical content only to the team a consent in force names; legal aid never.
-- Answers whether the case was handed over: if not, the step is refused, with what is missing (journey/guards.py).
CREATE FUNCTION transfer_case(which bigint, words jsonb) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    left_by casework_exit;
    moved record;
    here casework_case;
    there bigint;
    origin text;
    one text;
    kept record;
    step record;
    chosen bigint[];
    became jsonb;
    consented record;
BEGIN
    SELECT x.* INTO left_by FROM casework_exit x WHERE x.id = which AND x.outcome = 'moved_to_other_pilot'
        AND x.confirmed_on IS NOT NULL AND x.undone_on IS NULL AND x.ended_at IS NULL;
    SELECT t.* INTO moved FROM casework_transfer t
    WHERE t.case_id = left_by.case_id AND t.answer = 'accepted' AND t.taken_back_at IS NULL AND t.handed_over_on IS NULL
    FOR UPDATE;
    IF NOT FOUND OR NOT transfer_is_open(moved.to_pilot_id) THEN
        RETURN false;
    END IF;
    SELECT * INTO here FROM casework_case c WHERE c.id = left_by.case_id;
    -- Only by the coordinator of this pilot, of what somebody else proposed; and nobody has two open cases (R1).
    PERFORM lock_person(p.same_as) FROM casework_person p WHERE p.id = here.person_id;
    IF here.pilot_id <> ALL (access_teams('coordinates')) OR left_by.confirmed_by_id IS DISTINCT FROM access_user()
       OR NOT is_counterpart(left_by.author_id, access_user()) OR EXISTS (
           SELECT FROM casework_case c JOIN casework_person k ON k.id = c.person_id
           JOIN casework_person p ON p.same_as = k.same_as
           WHERE p.id = here.person_id AND c.id <> here.id
             AND access_is_open(c.id, c.left_on)) THEN
        RETURN false;
    END IF;
    SELECT l.name INTO origin FROM partners_pilot l WHERE l.id = here.pilot_id;
    INSERT INTO casework_case (reference, number, person_id, pilot_id, lead_team_id, case_manager_id,
        referred_on, registered_on, referrer, shielded_reason, doubles_judged_on, team_ids, team_reveals, version)
    VALUES (gen_random_uuid(), (SELECT * FROM case_numbers(1, extract(year FROM access_today())::integer)),
        here.person_id, moved.to_pilot_id, moved.to_team_id, moved.answered_by_id,
        access_today(), access_today(), origin, here.shielded_reason, NULL, '{}', '{}', 1)
    RETURNING id INTO there;
    PERFORM access_history('casework_case', ARRAY[there], '+', 'transferred');
    INSERT INTO casework_progress (case_id, state, category, since, version) VALUES (there, 'registered', 'conference', access_today(), 1);
    PERFORM access_history('casework_progress', ARRAY[there], '+', 'transferred');
    INSERT INTO casework_steptaken (case_id, number, state, category, "on", by_id, recorded_at, version)
    VALUES (there, 'T1', 'registered', 'conference', access_today(), access_user(), now(), 1);
    PERFORM transfer_takes_part(there, moved.to_team_id, 'municipality', moved.answered_by_id);
    FOR kept IN SELECT * FROM access_record_table t WHERE t.goes_along AND t.parent = '' ORDER BY t.name LOOP
        EXECUTE format('SELECT array_agg(r.id) FROM %I r WHERE r.case_id = $1 AND r.ended_at IS NULL
            AND r.visibility = ''permitted_partners'' AND not_over(r.shared_until)', kept.name)
            INTO chosen USING here.id;
        became := transfer_copy(kept.name, chosen, there, moved.to_team_id, moved.answered_by_id, words, 'permitted_partners');
        FOR step IN SELECT * FROM access_record_table t WHERE t.goes_along AND t.parent_name = kept.name LOOP
            EXECUTE format('SELECT array_agg(r.id) FROM %I r WHERE r.case_id = $1 AND r.ended_at IS NULL', step.name)
                INTO chosen USING here.id;
            PERFORM transfer_copy(step.name, chosen, there, moved.to_team_id, moved.answered_by_id, words,
                'permitted_partners', step.parent, became);
        END LOOP;
    END LOOP;
    FOREACH one IN ARRAY ARRAY['contact', 'note', 'goal', 'reachability'] LOOP
        EXECUTE format('SELECT array_agg(r.id) FROM casework_%1$s r JOIN casework_guidanceticked g
            ON g.transfer_id = $2 AND g.team_id = r.author_team_id AND r.reference = ANY (g.records)
            WHERE r.case_id = $1 AND r.ended_at IS NULL %2$s', one,
            CASE WHEN one IN ('contact', 'note') THEN 'AND r.category = ''guidance''' ELSE '' END)
            INTO chosen USING here.id, moved.id;
        PERFORM transfer_copy('casework_' || one, chosen, there, moved.to_team_id, moved.answered_by_id, words, 'own_organisation');
        CONTINUE WHEN one IN ('goal', 'reachability');  -- of the others some are about who she is, her procedures or her departure
        EXECUTE format('SELECT array_agg(r.id) FROM casework_%s r WHERE r.case_id = $1 AND r.ended_at IS NULL
            AND r.category IN (''identity'', ''procedures'', ''departure'')
            AND r.visibility = ''permitted_partners'' AND not_over(r.shared_until)', one)
            INTO chosen USING here.id;
        PERFORM transfer_copy('casework_' || one, chosen, there, moved.to_team_id, moved.answered_by_id, words, 'permitted_partners');
    END LOOP;
    FOR consented IN
        SELECT DISTINCT k.team_id, a.organisation_id FROM casework_consent k
        JOIN partners_team m ON m.id = k.team_id AND m.pilot_id = moved.to_pilot_id AND m.function = 'care'
        JOIN partners_team a ON a.id = k.author_team_id
        WHERE k.case_id = here.id AND k.ended_at IS NULL AND in_force(k.since, k.until)
          AND (k.withdrawn_on IS NULL OR k.withdrawn_on > access_today())
    LOOP
        PERFORM transfer_takes_part(there, consented.team_id, 'care', NULL);
        SELECT array_agg(r.id) INTO chosen FROM casework_medicalrecord r
        JOIN partners_team a ON a.id = r.author_team_id AND a.organisation_id = consented.organisation_id
        WHERE r.case_id = here.id AND r.ended_at IS NULL AND not_over(r.shared_until)
          AND (r.visibility = 'permitted_partners' OR r.visibility = 'selected_partners' AND consented.team_id = ANY (r.shared_team_ids));
        PERFORM transfer_copy('casework_medicalrecord', chosen, there, consented.team_id, moved.answered_by_id, words, 'own_organisation');
    END LOOP;
    UPDATE casework_transfer t SET handed_over_on = access_today(), new_case_id = there WHERE t.id = moved.id;
    RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION transfer_answer, transfer_case, transfer_is_open, transfer_lapses,
    transfer_take_back TO lvv_app;
