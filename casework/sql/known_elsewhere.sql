-- Is this person known elsewhere? Hit or no hit in other pilots, and a request for contact.

CREATE FUNCTION elsewhere_allowed(pilot bigint, organisation bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT EXISTS (SELECT FROM access_convenants_at(access_today()) c
                   JOIN governance_convenantarticle a ON a.convenant_id = c.id AND a.allows = 'hit_no_hit'
                   WHERE c.pilot_id = pilot AND EXISTS (
                       SELECT FROM governance_convenantparty y WHERE y.convenant_id = c.id AND y.organisation_id = organisation))
$$;

-- Whether somebody is shielded: any registration of hers says so, wherever that is, or in one pilot.
CREATE FUNCTION elsewhere_shielded(which bigint, pilot bigint DEFAULT NULL) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT EXISTS (SELECT FROM casework_case s JOIN casework_person sp ON sp.id = s.person_id
                   JOIN casework_person p ON p.same_as = sp.same_as
                   WHERE p.id = which AND s.shielded_reason <> '' AND (pilot IS NULL OR s.pilot_id = pilot))
$$;

-- The leading value of each kind by which one asks (R3, as register/identity.py ranks them), of those the worker reads.
CREATE FUNCTION elsewhere_leading(which bigint) RETURNS TABLE (kind text, key text, sounds text[]) LANGUAGE sql STABLE AS
$$
    SELECT DISTINCT ON (v.kind) v.kind::text, v.key::text, v.sounds FROM casework_identityvalue v
    JOIN partners_team t ON t.id = coalesce(v.source_team_id, v.author_team_id)
    JOIN partners_organisation o ON o.id = t.organisation_id
    WHERE v.case_id = which AND v.kind IN ('v_number', 'name', 'birth_date') AND v.ended_at IS NULL
      AND access_reads('identity', v.team_ids, v.visibility, v.author_team_id, v.shared_team_ids, v.shared_until, v.case_id)
    ORDER BY v.kind, CASE WHEN v.status = 'established' AND o.kind IN ('avim', 'ind') THEN 0
                          WHEN v.status IN ('established', 'plausible') THEN 1 ELSE 2 END, v.said_on, v.id
$$;

-- Looks past the wall for the person of an open case at hand, by her leading V-number, or by her leading name (that sounds
-- the same) with her leading day of birth. Ten of these an hour: with more values more people are compared. Answers which pilots know her, or why nothing was asked: never who, and never of a shielded
-- person. Every question is kept, and shown to the coordinator there.
CREATE FUNCTION elsewhere_ask(which uuid, why text) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    here record;
    asked record;
    known bigint[];
    compared integer;
    hidden boolean;
BEGIN
    PERFORM lock_asker(access_user());
    SELECT c.id, c.pilot_id, c.person_id, t.id AS team, o.id AS organisation INTO here
    FROM casework_case c
    JOIN partners_team t ON t.id = ANY (access_both(access_both(c.team_ids, access_teams('write_identity')), access_teams('read_identity')))
    JOIN partners_organisation o ON o.id = t.organisation_id AND o.kind IN ('municipality', 'ngo', 'shelter_operator')
    WHERE c.reference = which AND c.left_on IS NULL
    ORDER BY t.id LIMIT 1;
    IF NOT FOUND OR length(trim(why)) < 5 THEN
        RETURN jsonb_build_object('answer', 'refused');
    END IF;
    -- Asking would tell the coordinators elsewhere where she is. That she is shielded in a case the worker does not see is
    -- told to nobody here.
    IF EXISTS (SELECT FROM casework_case s JOIN casework_person sp ON sp.id = s.person_id
               JOIN casework_person p ON p.same_as = sp.same_as
               WHERE p.id = here.person_id AND s.shielded_reason <> '' AND s.team_ids && access_teams('read_identity')) THEN
        RETURN jsonb_build_object('answer', 'shielded');
    END IF;
    IF NOT elsewhere_allowed(here.pilot_id, here.organisation) THEN
        RETURN jsonb_build_object('answer', 'no_article');
    END IF;
    SELECT count(*) FILTER (WHERE l.kind = 'v_number') + (count(*) FILTER (WHERE l.kind = 'name' OR length(l.key) = 10 AND l.kind = 'birth_date') = 2)::int
        INTO compared FROM elsewhere_leading(here.id) l;
    compared := greatest(compared, 1);  -- her linked registrations are asked about too
    IF compared + (SELECT coalesce(sum(q.compared), 0) FROM casework_question q
                   WHERE q.asked_by_id = access_user() AND q.asked_at > now() - interval '1 hour') > 10 THEN
        RETURN jsonb_build_object('answer', 'too_many');
    END IF;
    -- Only by values the worker reads herself: what she may not see here she may not ask about either.
    WITH mine AS MATERIALIZED (SELECT * FROM elsewhere_leading(here.id)),
    met AS (
        SELECT w.case_id FROM mine m JOIN casework_identityvalue w ON w.kind = 'v_number' AND w.key = m.key AND w.ended_at IS NULL AND register_compares(w)
        WHERE m.kind = 'v_number'
        UNION
        SELECT w.case_id FROM mine m
        JOIN casework_identityvalue w ON w.kind = 'birth_date' AND w.key = m.key AND w.ended_at IS NULL AND register_compares(w)
        JOIN casework_identityvalue n ON n.case_id = w.case_id AND n.kind IN ('name', 'alias') AND n.ended_at IS NULL AND register_compares(n)
        JOIN mine k ON k.kind = 'name' AND k.sounds = n.sounds AND cardinality(k.sounds) > 0
        WHERE m.kind = 'birth_date' AND length(m.key) = 10
        UNION
        SELECT c.id FROM casework_case c JOIN casework_person p ON p.id = c.person_id
        WHERE p.same_as = (SELECT k.same_as FROM casework_person k WHERE k.id = here.person_id))
    SELECT array_agg(DISTINCT c.id) INTO known FROM met
    JOIN casework_case c ON c.id = met.case_id AND c.pilot_id <> here.pilot_id
    JOIN casework_progress g ON g.case_id = c.id AND g.state <> 'archived'
    JOIN partners_pilot l ON l.id = c.pilot_id AND l.state IN ('open', 'winding_down') AND not_over(l.closes_on)
    JOIN partners_team t ON t.id = c.lead_team_id
    WHERE elsewhere_allowed(c.pilot_id, t.organisation_id)
      AND NOT EXISTS (  -- out of the worker's sight, and yet of this pilot: then nobody elsewhere hears of the question
          SELECT FROM casework_case s JOIN casework_person sp ON sp.id = s.person_id
          JOIN casework_person p ON p.same_as = sp.same_as
          WHERE p.id = here.person_id AND s.pilot_id = here.pilot_id AND s.shielded_reason <> '');
    INSERT INTO casework_question (reference, case_id, team_id, asked_by_id, asked_at, reason, pilots, compared)
    VALUES (gen_random_uuid(), here.id, here.team, access_user(), now(), left(trim(why), 300), '{}', compared) RETURNING * INTO asked;
    -- One shielded match and nobody is known anywhere: the others may be the same person, not linked yet. Then only the pilot
    -- that shields her hears of the question: to another the mark would say that she is elsewhere, and where it was asked.
    hidden := EXISTS (SELECT FROM casework_case c WHERE c.id = ANY (known) AND elsewhere_shielded(c.person_id));
    INSERT INTO casework_hit (question_id, case_id, pilot_id, shielded, asking_pilot_id, asking_team_id, asked_by_id, asked_at)
    SELECT asked.id, c.id, c.pilot_id, hidden, here.pilot_id, here.team, access_user(), asked.asked_at
    FROM casework_case c WHERE c.id = ANY (known) AND NOT hidden
    UNION  -- also where the number is not written down, but somebody said that it is the same person
    SELECT asked.id, s.id, s.pilot_id, hidden, here.pilot_id, here.team, access_user(), asked.asked_at
    FROM casework_case s JOIN casework_person sp ON sp.id = s.person_id JOIN partners_team t ON t.id = s.lead_team_id
    WHERE hidden AND s.shielded_reason <> '' AND s.pilot_id <> here.pilot_id AND elsewhere_allowed(s.pilot_id, t.organisation_id)
      AND sp.same_as IN (SELECT p.same_as FROM casework_case c JOIN casework_person p ON p.id = c.person_id WHERE c.id = ANY (known));
    IF NOT hidden THEN
        UPDATE casework_question q SET pilots = ARRAY(
            SELECT DISTINCT h.pilot_id FROM casework_hit h WHERE h.question_id = q.id ORDER BY 1)
        WHERE q.id = asked.id RETURNING * INTO asked;
    END IF;
    RETURN jsonb_build_object('answer', 'asked', 'question', asked.reference);
END
$$;

CREATE POLICY question_read ON casework_question FOR SELECT TO lvv_app
    USING (team_id = ANY (access_teams('read_identity')) AND EXISTS (SELECT FROM casework_case c WHERE c.id = case_id));

CREATE POLICY hit_read ON casework_hit FOR SELECT TO lvv_app USING (pilot_id = ANY (access_teams('coordinates')));

CREATE POLICY contact_request_read ON casework_contactrequest FOR SELECT TO lvv_app
    USING (pilot_id = ANY (access_teams('coordinates')) OR EXISTS (SELECT FROM casework_question q WHERE q.id = question_id));

CREATE POLICY contact_request_add ON casework_contactrequest FOR INSERT TO lvv_app
    WITH CHECK (asked_by_id = access_user() AND answer_text = '' AND answered_at IS NULL AND EXISTS (
        SELECT FROM casework_question q JOIN casework_case c ON c.id = q.case_id
        WHERE q.id = question_id AND casework_contactrequest.pilot_id = ANY (q.pilots) AND c.pilot_id = asking_pilot_id));

GRANT SELECT ON casework_question, casework_hit TO lvv_app;

GRANT SELECT, INSERT ON casework_contactrequest TO lvv_app;

CREATE FUNCTION elsewhere_answer(which uuid, said text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
BEGIN
    UPDATE casework_contactrequest r SET answer_text = left(trim(said), 500), answered_at = now(), answered_by_id = access_user()
    WHERE r.reference = which AND r.answered_at IS NULL AND trim(said) <> '' AND r.pilot_id = ANY (access_teams('coordinates'));
    RETURN FOUND;
END
$$;

GRANT EXECUTE ON FUNCTION elsewhere_answer, elsewhere_ask TO lvv_app;
