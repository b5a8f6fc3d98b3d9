-- The review team: who advises on an escalation shows to who sees the escalation, and reads one case
-- for it. Which seats there are and who can sit in them is said in casework/escalation/acts.py.

CREATE POLICY review_member_read ON casework_reviewmember FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_escalation e WHERE e.id = escalation_id));

GRANT SELECT ON casework_reviewmember TO lvv_app;

-- An escalation that waits for the advice of a review team, in a case whose pilot I coordinate.
CREATE FUNCTION escalation_mine(which bigint) RETURNS casework_escalation LANGUAGE sql STABLE AS
$$
    SELECT e FROM casework_escalation e JOIN casework_case c ON c.id = e.case_id
    WHERE e.id = which AND c.pilot_id = ANY (access_teams('coordinates')) AND c.team_ids && access_teams('write_conference')
      AND e.ended_at IS NULL AND e.adopted IS NULL
$$;

-- Whether somebody had to do with the person of a case before (R26): works in a team that takes part, was a contact of a team,
-- an author of a record, a hand in the case. In every case of hers that who asks sees: one elsewhere is nobody's to
-- tell (R1).
CREATE FUNCTION escalation_involved(which bigint, who integer) RETURNS boolean LANGUAGE plpgsql STABLE AS
$$
DECLARE
    one text;
    touched boolean;
    hers bigint[] := ARRAY(
        SELECT c.id FROM casework_case c JOIN casework_person p ON p.id = c.person_id
        WHERE c.team_ids && access_teams('read_identity')
          AND p.same_as = (SELECT q.same_as FROM casework_case k JOIN casework_person q ON q.id = k.person_id
                           WHERE k.id = which));
BEGIN
    touched := EXISTS (SELECT FROM partners_membership b JOIN casework_historicalinvolvement h ON h.team_id = b.team_id
                       WHERE h.case_id = ANY (hers) AND b.user_id = who AND in_force(b.since, b.until))
        OR EXISTS (SELECT FROM casework_historicalinvolvement h WHERE h.case_id = ANY (hers) AND h.worker_id = who)
        OR EXISTS (SELECT FROM casework_historicalcase h WHERE h.id = ANY (hers) AND h.history_user_id = who);
    FOR one IN SELECT name FROM access_record_table ORDER BY name LOOP
        EXIT WHEN touched;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I r WHERE r.case_id = ANY ($1) AND r.author_id = $2)
                        OR EXISTS (SELECT FROM %I h WHERE h.case_id = ANY ($1) AND h.history_user_id = $2)',
                       one, replace(one, 'casework_', 'casework_historical')) INTO touched USING hers, who;
    END LOOP;
    RETURN touched;
END
$$;

-- Gives a member one of the seats of her kind of organisation, and the case to read until the day after the answer is due. False for
-- somebody of the immigration or departure service who had to do with it before.
CREATE FUNCTION escalation_admit(which bigint, who integer, for_organisation bigint, seats integer, why text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    asked casework_escalation := escalation_mine(which);
    kinds text[];
    its_kind text;
BEGIN
    PERFORM 1 FROM casework_case WHERE id = asked.case_id FOR NO KEY UPDATE;  -- one after the other: seats are counted
    SELECT array_agg(o.kind), max(o.kind) FILTER (WHERE o.id = for_organisation) INTO kinds, its_kind
        FROM partners_membership b JOIN partners_organisation o ON o.id = b.organisation_id
        WHERE b.user_id = who AND in_force(b.since, b.until);
    IF asked.id IS NULL OR asked.level <> 'mrt' OR asked.answer_due_on < access_today()
       OR its_kind IS NULL OR its_kind NOT IN ('municipality', 'ngo', 'ind', 'dtv') OR NOT access_grantable(who)
       OR (SELECT count(*) FROM casework_reviewmember m JOIN partners_organisation o ON o.id = m.organisation_id
           WHERE m.escalation_id = which AND m.left_at IS NULL AND o.kind = its_kind AND m.user_id <> who) >= seats THEN
        RAISE EXCEPTION 'nobody is let in here' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Whoever works for a service is of that service, whatever she sits here for.
    IF kinds && ARRAY['ind', 'dtv'] AND escalation_involved(asked.case_id, who) THEN
        RETURN false;
    END IF;
    INSERT INTO casework_reviewmember (escalation_id, user_id, organisation_id, admitted_at, admitted_by_id)
        VALUES (which, who, for_organisation, now(), access_user())
        ON CONFLICT DO NOTHING;
    PERFORM access_grant(asked.case_id, who, ARRAY['conference', 'departure', 'identity', 'procedures'],
                         access_today(), asked.answer_due_on + 1, 'review_team', why);
    RETURN true;
END
$$;

-- When the question is answered, nobody of the review team reads on.
CREATE FUNCTION escalation_members_leave(which bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT access_end_grants(array_agg(g.id), 'review_team')
    FROM casework_escalation e JOIN casework_case c ON c.id = e.case_id
    JOIN casework_caseuserobjectpermission g ON g.content_object_id = e.case_id AND g.kind = 'review_team'
    WHERE e.id = which AND (e.adopted IS NOT NULL OR e.ended_at IS NOT NULL) AND c.pilot_id = ANY (access_teams('coordinates'))
      AND g.user_id IN (SELECT m.user_id FROM casework_reviewmember m WHERE m.escalation_id = which)
$$;

-- One member who was let in by mistake, before the question is answered.
CREATE FUNCTION escalation_dismiss(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    member record;
BEGIN
    SELECT m.id, m.user_id, e.case_id INTO member FROM casework_reviewmember m
        JOIN casework_escalation e ON e.id = m.escalation_id JOIN casework_case c ON c.id = e.case_id
        WHERE m.id = which AND m.left_at IS NULL AND e.adopted IS NULL AND c.pilot_id = ANY (access_teams('coordinates'))
          AND c.team_ids && access_teams('write_conference');
    IF member.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE casework_reviewmember SET left_at = now(), left_by_id = access_user() WHERE id = which;
    PERFORM access_end_grants(ARRAY(
        SELECT g.id FROM casework_caseuserobjectpermission g
        WHERE g.content_object_id = member.case_id AND g.kind = 'review_team' AND g.user_id = member.user_id), 'review_team');
END
$$;

GRANT EXECUTE ON FUNCTION escalation_admit, escalation_dismiss, escalation_members_leave TO lvv_app;
