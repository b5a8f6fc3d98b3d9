-- The journey: its tables behind the wall, who reads what of a conference, and the facts its steps ask for.

SELECT access_wall_around('casework_intake', '''conference'''),
       access_wall_around('casework_intakereport', '''guidance'''),
       access_wall_around('casework_dossierrequest', '''conference'''),
       access_wall_around('casework_dossierdelivery', '''conference''', true),
       access_wall_around('casework_agendaitem', '''conference'''),
       access_wall_around('casework_position', '''conference''', true),
       access_wall_around('casework_conferencedecision', '''conference'''),
       access_wall_around('casework_formaldecision', '''conference'''),
       access_wall_around('casework_scenario', '''conference'''),
       access_wall_around('casework_goal', '''guidance'''),
       access_wall_addressed('casework_action', '''conference'''),
       access_wall_addressed('casework_task', '''conference'''),
       access_wall_around('casework_escalation', '''conference'''),
       access_wall_around('casework_escalationpart', '''conference''', true),
       access_wall_around('casework_absence', '''contact_shelter'''),
       access_wall_around('casework_exit', '''outcome'''),
       access_wall_around('casework_confirmation', '''outcome''', true),
       access_wall_around('casework_followupcheck', '''outcome''', true),
       access_wall_around('casework_destinationreport', '''outcome''', true);

-- An item shows to the teams it is for; what a team brings to it, to whoever the item shows to. Who only attends the
-- conference (the aliens police) reads by this what the others read by the matrix, and nothing else of it.
CREATE POLICY item_attended ON casework_agendaitem FOR SELECT TO lvv_app
    USING (shared_team_ids && access_teams('attend_conference')
           AND access_both(team_ids, shared_team_ids) && access_teams('attend_conference'));
CREATE POLICY position_attended ON casework_position FOR SELECT TO lvv_app
    USING (team_ids && access_teams('attend_conference'));
CREATE POLICY position_with_item ON casework_position AS RESTRICTIVE FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM casework_agendaitem i WHERE i.id = item_id AND i.case_id = casework_position.case_id));
CREATE POLICY decision_attended ON casework_conferencedecision FOR SELECT TO lvv_app
    USING (team_ids && access_teams('attend_conference')
           AND EXISTS (SELECT FROM casework_agendaitem i WHERE i.id = item_id AND i.case_id = casework_conferencedecision.case_id));

-- R7: which of the cases she sees were discussed, whichever item it was: that a conference spoke of her, and nothing else.
CREATE FUNCTION conference_discussed() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT a.case_id FROM casework_agendaitem a JOIN casework_case c ON c.id = a.case_id
    WHERE a.ended_at IS NULL AND a.discussed_at IS NOT NULL AND c.team_ids && access_teams('read_conference')
$$;
REVOKE ALL ON FUNCTION conference_discussed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conference_discussed() TO lvv_app;

-- ------------------------------------------------------------------ what belongs to a pilot, and names nobody

-- Whoever works in a pilot knows its criteria and letters; its coordinator writes new versions, and changes none.
ALTER TABLE casework_criterialist ENABLE ROW LEVEL SECURITY;
CREATE POLICY criteria_read ON casework_criterialist FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_criterialist.pilot_id AND t.id = ANY (access_teams('teams'))));
CREATE POLICY criteria_add ON casework_criterialist FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT, INSERT ON casework_criterialist TO lvv_app;

ALTER TABLE casework_lettertemplate ENABLE ROW LEVEL SECURITY;
CREATE POLICY letter_read ON casework_lettertemplate FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_lettertemplate.pilot_id AND t.id = ANY (access_teams('teams'))));
CREATE POLICY letter_add ON casework_lettertemplate FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT, INSERT ON casework_lettertemplate TO lvv_app;

GRANT SELECT ON casework_outcomeclass TO lvv_app, lvv_jobs;

-- That a conference meets, and which teams come: for who reads or attends conferences in that pilot, and its guests.
ALTER TABLE casework_meeting ENABLE ROW LEVEL SECURITY;
CREATE POLICY meeting_read ON casework_meeting FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_meeting.pilot_id
                   AND t.id = ANY (access_teams('read_conference') || access_teams('attend_conference')))
           OR EXISTS (SELECT FROM casework_agendaitem i WHERE i.meeting_id = casework_meeting.id
                      AND i.case_id = ANY (access_granted('conference'))));
CREATE POLICY meeting_add ON casework_meeting FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));
CREATE POLICY meeting_change ON casework_meeting FOR UPDATE TO lvv_app USING (pilot_id = ANY (access_teams('coordinates')));
GRANT SELECT, INSERT, UPDATE ON casework_meeting TO lvv_app;

ALTER TABLE casework_meetingteam ENABLE ROW LEVEL SECURITY;
CREATE POLICY meeting_team_read ON casework_meetingteam FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id));
CREATE POLICY meeting_team_add ON casework_meetingteam FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_meeting m JOIN partners_team t ON t.pilot_id = m.pilot_id
                        WHERE m.id = meeting_id AND t.id = team_id AND m.pilot_id = ANY (access_teams('coordinates'))));
CREATE POLICY meeting_team_change ON casework_meetingteam FOR UPDATE TO lvv_app
    USING (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id
                   AND (m.pilot_id = ANY (access_teams('coordinates')) OR team_id = ANY (access_teams('teams')))));
GRANT SELECT, INSERT, UPDATE ON casework_meetingteam TO lvv_app;

-- The chair says who was there, a team what it says of the minutes; nobody answers for another.
CREATE FUNCTION conference_team_written() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF current_user = 'lvv_app' THEN
        NEW.team_id := OLD.team_id;
        NEW.meeting_id := OLD.meeting_id;
        IF OLD.team_id <> ALL (access_teams('teams')) AND NEW.answer <> 'no_response' THEN
            NEW.answer := OLD.answer; NEW.remark := OLD.remark;
            NEW.answered_on := OLD.answered_on; NEW.answered_by_id := OLD.answered_by_id;
        END IF;
        IF NOT EXISTS (SELECT FROM casework_meeting m WHERE m.id = OLD.meeting_id AND m.pilot_id = ANY (access_teams('coordinates'))) THEN
            NEW.present := OLD.present;
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER meeting_team_written BEFORE UPDATE ON casework_meetingteam
    FOR EACH ROW EXECUTE FUNCTION conference_team_written();

ALTER TABLE casework_meetingguest ENABLE ROW LEVEL SECURITY;
CREATE POLICY meeting_guest_read ON casework_meetingguest FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id));
CREATE POLICY meeting_guest_add ON casework_meetingguest FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id AND m.pilot_id = ANY (access_teams('coordinates'))));
GRANT SELECT, INSERT ON casework_meetingguest TO lvv_app;

SELECT access_wall_around_history('casework_meeting', 'casework_historicalmeeting'),
       access_wall_around_history('casework_meetingteam', 'casework_historicalmeetingteam'),
       access_wall_around_history('casework_meetingguest', 'casework_historicalmeetingguest');

-- Who advises on an escalation shows to who sees the escalation.
ALTER TABLE casework_reviewmember ENABLE ROW LEVEL SECURITY;
CREATE POLICY review_member_read ON casework_reviewmember FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_escalation e WHERE e.id = escalation_id));
GRANT SELECT ON casework_reviewmember TO lvv_app;

-- Which mandate a decision was taken under, everybody may know.
GRANT SELECT, INSERT, UPDATE ON governance_mandatedecision TO lvv_app;
GRANT SELECT, INSERT ON governance_historicalmandatedecision TO lvv_app;
GRANT SELECT, INSERT ON governance_mandatedecision_pilots TO lvv_app;

-- The rows of history that the application writes for itself, for what is done here.
CREATE FUNCTION access_history(record text, keys bigint[], sort text, why text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('INSERT INTO %2$I SELECT (jsonb_populate_record(NULL::%2$I, to_jsonb(r) || jsonb_build_object(
        ''history_id'', nextval(pg_get_serial_sequence(%2$L, ''history_id'')), ''history_date'', now(), ''history_type'', $2,
        ''history_change_reason'', $3, ''history_user_id'', access_user()))).* FROM %1$I r WHERE r.id = ANY ($1)',
        record, replace(record, 'casework_', 'casework_historical')) USING keys, sort, why;
END
$$;

-- ------------------------------------------------------------------ personal access, for a short time

-- One live row for a person and a case; granting again extends it, and its history is kept. Only for named acts below. What
-- a review team reads goes before what a guest reads: the end of a meeting does not end it, nor does a meeting widen it.
CREATE FUNCTION access_grant(which bigint, who integer, opens text[], begins date, ends date, sort text, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    held casework_caseuserobjectpermission;
BEGIN
    -- Nobody is let into a dossier that was handed over.
    PERFORM 1 FROM casework_case c WHERE c.id = which AND c.read_only_from IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO casework_caseuserobjectpermission AS g
        (permission_id, user_id, content_object_id, categories, since, until, reason, kind)
    SELECT p.id, who, which, opens, begins, ends, why, sort
    FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
    WHERE p.codename = 'view_case' AND t.app_label = 'casework'
    ON CONFLICT (user_id, permission_id, content_object_id) DO UPDATE SET
        categories = opens, reason = why, kind = sort,
        since = CASE WHEN g.until > access_today() AND g.kind = sort THEN least(g.since, begins) ELSE begins END,
        until = CASE WHEN g.until > access_today() AND g.kind = sort THEN greatest(g.until, ends) ELSE ends END
        WHERE g.until <= access_today() OR g.kind = sort OR sort = 'review_team'
    RETURNING g.* INTO held;
    IF held.id IS NOT NULL THEN
        PERFORM access_history('casework_caseuserobjectpermission', ARRAY[held.id], '~', NULL);
    END IF;
END
$$;

-- A guest with an account reads the cases of one agenda on the day of the meeting, until it is closed; not somebody of the
-- aliens police, which attends as a team. Whether there is such an account is answered to the coordinator alone.
CREATE FUNCTION conference_admit(which bigint, account text) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    who integer;
    meets record;
    one bigint;
BEGIN
    SELECT m.* INTO meets FROM casework_meeting m
        WHERE m.id = which AND m.pilot_id = ANY (access_teams('coordinates')) AND m.closed_at IS NULL
          AND m.cancelled_on IS NULL AND m.on >= access_today();
    SELECT u.id INTO who FROM partners_user u WHERE u.username = account AND u.is_active
        AND EXISTS (SELECT FROM partners_membership b WHERE b.user_id = u.id AND b.since <= access_today()
                    AND (b.until IS NULL OR b.until > access_today()))
        AND NOT EXISTS (SELECT FROM partners_membership b JOIN partners_organisation o ON o.id = b.organisation_id
                        WHERE b.user_id = u.id AND (b.until IS NULL OR b.until > access_today())
                          AND o.kind IN ('avim', 'ministry', 'vng'));
    IF meets.id IS NULL OR who IS NULL THEN
        RETURN NULL;
    END IF;
    FOR one IN SELECT a.case_id FROM casework_agendaitem a
               WHERE a.meeting_id = which AND a.ended_at IS NULL ORDER BY a.case_id LOOP
        PERFORM access_grant(one, who, ARRAY['conference', 'identity'], meets.on, meets.on + 1, 'meeting', 'gast bij het LSO van ' || meets.on);
    END LOOP;
    RETURN who;
END
$$;

-- Who was a guest of this meeting reads no longer what no meeting that is still to end has on its agenda with her.
CREATE FUNCTION conference_guests_leave(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    keys bigint[];
BEGIN
    WITH ended AS (UPDATE casework_caseuserobjectpermission g SET since = least(g.since, access_today()), until = access_today()
        FROM casework_meeting m
        WHERE m.id = which AND m.pilot_id = ANY (access_teams('coordinates')) AND g.kind = 'meeting' AND g.until > access_today()
          AND g.user_id IN (SELECT x.user_id FROM casework_meetingguest x WHERE x.meeting_id = which)
          AND g.content_object_id IN (SELECT a.case_id FROM casework_agendaitem a WHERE a.meeting_id = which)
          AND NOT EXISTS (SELECT FROM casework_meetingguest x JOIN casework_meeting o ON o.id = x.meeting_id
                          JOIN casework_agendaitem a ON a.meeting_id = o.id
                          WHERE x.user_id = g.user_id AND o.closed_at IS NULL AND o.cancelled_on IS NULL
                            AND a.case_id = g.content_object_id AND a.ended_at IS NULL)
        RETURNING g.id)
    SELECT array_agg(id) INTO keys FROM ended;
    PERFORM access_history('casework_caseuserobjectpermission', keys, '~', NULL);
END
$$;

-- One guest who was let in by mistake, or does not come after all: her name stays, what she could read does not.
CREATE FUNCTION conference_dismiss(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    guest record;
    keys bigint[];
BEGIN
    SELECT x.id, x.meeting_id, x.user_id INTO guest FROM casework_meetingguest x JOIN casework_meeting m ON m.id = x.meeting_id
        WHERE x.id = which AND x.user_id IS NOT NULL AND m.pilot_id = ANY (access_teams('coordinates'));
    IF guest.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE casework_meetingguest SET user_id = NULL WHERE id = which;
    PERFORM access_history('casework_meetingguest', ARRAY[which], '~', 'dismissed');
    WITH ended AS (UPDATE casework_caseuserobjectpermission g SET since = least(g.since, access_today()), until = access_today()
        WHERE g.kind = 'meeting' AND g.until > access_today() AND g.user_id = guest.user_id
          AND g.content_object_id IN (SELECT a.case_id FROM casework_agendaitem a WHERE a.meeting_id = guest.meeting_id)
          AND NOT EXISTS (SELECT FROM casework_meetingguest x JOIN casework_meeting o ON o.id = x.meeting_id
                          JOIN casework_agendaitem a ON a.meeting_id = o.id
                          WHERE x.user_id = g.user_id AND o.closed_at IS NULL AND o.cancelled_on IS NULL
                            AND a.case_id = g.content_object_id AND a.ended_at IS NULL)
        RETURNING g.id)
    SELECT array_agg(id) INTO keys FROM ended;
    PERFORM access_history('casework_caseuserobjectpermission', keys, '~', NULL);
END
$$;

-- A member of a review team reads one case until the day after the answer is due. Of the immigration and the departure
-- service nobody who had to do with it before (R26): no contact of a team, no author of a record, no hand in the case.
-- Says what is in the way, or nothing: `unknown` for an account that cannot be a member, `involved`, `full`
-- where its kind of organisation has all its seats, `closed`.
CREATE FUNCTION escalation_admit(which bigint, account text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    asked record;
    member record;
    one text;
    touched boolean;
    hers bigint[];  -- every case of this person that who asks sees: one elsewhere is nobody's to tell (R1)
BEGIN
    SELECT e.*, c.pilot_id INTO asked FROM casework_escalation e JOIN casework_case c ON c.id = e.case_id
        WHERE e.id = which AND c.pilot_id = ANY (access_teams('coordinates')) AND c.team_ids && access_teams('write_conference');
    IF asked.id IS NULL OR asked.ended_at IS NOT NULL OR asked.adopted IS NOT NULL
       OR asked.level <> 'mrt' OR asked.answer_due_on < access_today() THEN
        RETURN 'closed';
    END IF;
    PERFORM 1 FROM casework_case WHERE id = asked.case_id FOR NO KEY UPDATE;  -- one after the other: seats are counted
    SELECT u.id, o.id AS organisation, o.kind INTO member FROM partners_user u
        JOIN partners_membership b ON b.user_id = u.id JOIN partners_organisation o ON o.id = b.organisation_id
        WHERE u.username = account AND u.is_active AND b.since <= access_today()
          AND (b.until IS NULL OR b.until > access_today()) AND o.kind IN ('municipality', 'ngo', 'ind', 'dtv')
          AND NOT EXISTS (SELECT FROM partners_membership x JOIN partners_organisation y ON y.id = x.organisation_id
                          WHERE x.user_id = u.id AND (x.until IS NULL OR x.until > access_today())
                            AND y.kind IN ('avim', 'ministry', 'vng'))
        ORDER BY o.kind IN ('ind', 'dtv') DESC, b.id LIMIT 1;  -- whoever works for a service is of that service
    IF member.id IS NULL THEN
        RETURN 'unknown';
    END IF;
    IF member.kind IN ('ind', 'dtv') THEN
        SELECT array_agg(c.id) INTO hers FROM casework_case c JOIN casework_person p ON p.id = c.person_id
            WHERE c.team_ids && access_teams('read_identity')
              AND p.same_as = (SELECT q.same_as FROM casework_case k JOIN casework_person q ON q.id = k.person_id
                               WHERE k.id = asked.case_id);
        touched := EXISTS (SELECT FROM casework_historicalinvolvement h WHERE h.case_id = ANY (hers) AND h.worker_id = member.id)
            OR EXISTS (SELECT FROM casework_historicalcase h WHERE h.id = ANY (hers) AND h.history_user_id = member.id);
        FOR one IN SELECT name FROM access_record_table ORDER BY name LOOP
            EXIT WHEN touched;
            EXECUTE format('SELECT EXISTS (SELECT FROM %I r WHERE r.case_id = ANY ($1) AND r.author_id = $2)
                            OR EXISTS (SELECT FROM %I h WHERE h.case_id = ANY ($1) AND h.history_user_id = $2)',
                           one, replace(one, 'casework_', 'casework_historical')) INTO touched USING hers, member.id;
        END LOOP;
        IF touched THEN
            RETURN 'involved';
        END IF;
    END IF;
    IF (SELECT count(*) FROM casework_reviewmember m JOIN partners_organisation o ON o.id = m.organisation_id
        WHERE m.escalation_id = which AND o.kind = member.kind
          AND NOT EXISTS (SELECT FROM casework_reviewmember i WHERE i.escalation_id = which AND i.user_id = member.id))
       >= 1 + (member.kind = 'ind')::int THEN  -- two of the immigration service, one of the others
        RETURN 'full';
    END IF;
    INSERT INTO casework_reviewmember (escalation_id, user_id, organisation_id) VALUES (which, member.id, member.organisation)
        ON CONFLICT DO NOTHING;
    PERFORM access_grant(asked.case_id, member.id, ARRAY['conference', 'departure', 'identity', 'procedures'],
                         access_today(), asked.answer_due_on + 1, 'review_team', 'lid van het MRT');
    RETURN '';
END
$$;

-- When the question is answered, nobody of the review team reads on.
CREATE FUNCTION escalation_members_leave(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    keys bigint[];
BEGIN
    WITH ended AS (UPDATE casework_caseuserobjectpermission g SET since = least(g.since, access_today()), until = access_today()
        FROM casework_escalation e JOIN casework_case c ON c.id = e.case_id
        WHERE e.id = which AND (e.adopted IS NOT NULL OR e.ended_at IS NOT NULL) AND c.pilot_id = ANY (access_teams('coordinates'))
          AND g.content_object_id = e.case_id AND g.kind = 'review_team' AND g.until > access_today()
          AND g.user_id IN (SELECT m.user_id FROM casework_reviewmember m WHERE m.escalation_id = which)
        RETURNING g.id)
    SELECT array_agg(id) INTO keys FROM ended;
    PERFORM access_history('casework_caseuserobjectpermission', keys, '~', NULL);
END
$$;

-- One member who was let in by mistake, before the question is answered.
CREATE FUNCTION escalation_dismiss(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    member record;
    keys bigint[];
BEGIN
    SELECT m.id, m.user_id, e.case_id INTO member FROM casework_reviewmember m
        JOIN casework_escalation e ON e.id = m.escalation_id JOIN casework_case c ON c.id = e.case_id
        WHERE m.id = which AND e.adopted IS NULL AND c.pilot_id = ANY (access_teams('coordinates'))
          AND c.team_ids && access_teams('write_conference');
    IF member.id IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM casework_reviewmember WHERE id = which;
    WITH ended AS (UPDATE casework_caseuserobjectpermission g SET since = least(g.since, access_today()), until = access_today()
        WHERE g.content_object_id = member.case_id AND g.kind = 'review_team' AND g.until > access_today()
          AND g.user_id = member.user_id
        RETURNING g.id)
    SELECT array_agg(id) INTO keys FROM ended;
    PERFORM access_history('casework_caseuserobjectpermission', keys, '~', NULL);
END
$$;

REVOKE ALL ON FUNCTION escalation_admit(bigint, text), escalation_members_leave(bigint), escalation_dismiss(bigint),
    conference_dismiss(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION escalation_admit(bigint, text), escalation_members_leave(bigint), escalation_dismiss(bigint),
    conference_dismiss(bigint) TO lvv_app;
REVOKE ALL ON FUNCTION access_grant(bigint, integer, text[], date, date, text, text), access_history(text, bigint[], text, text),
    conference_admit(bigint, text), conference_guests_leave(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION conference_admit(bigint, text), conference_guests_leave(bigint) TO lvv_app;

-- ------------------------------------------------------------------ the facts of a case

-- What the guards of the journey ask, in one row a case, under the policies of whoever asks. In plpgsql, so that its
-- plan is kept.
CREATE FUNCTION journey_facts(cases bigint[]) RETURNS TABLE (case_id bigint, facts jsonb)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.id, jsonb_build_object(
        'told', EXISTS (SELECT FROM casework_briefing b WHERE b.case_id = c.id AND b.ended_at IS NULL),
        'intake_begun', i.begun_on, 'intake_done', i.completed_on, 'criteria_missing', i.missing,
        'requested', coalesce((SELECT jsonb_object_agg(q.of, q.requested_on) FROM casework_dossierrequest q
                               WHERE q.case_id = c.id AND q.ended_at IS NULL), '{}'),
        'dossiers', coalesce((SELECT jsonb_object_agg(d.of, d.delivered_on) FROM (
            -- A service's own word before what was recorded on its behalf.
            SELECT DISTINCT ON (d.of) d.of, d.delivered_on FROM casework_dossierdelivery d
            WHERE d.case_id = c.id AND d.ended_at IS NULL ORDER BY d.of, d.source_team_id IS NOT NULL, d.delivered_on) d), '{}'),
        'earlier_dossiers', coalesce((SELECT jsonb_object_agg(d.of, d.delivered_on) FROM (
            SELECT DISTINCT ON (d.of) d.of, d.delivered_on FROM casework_dossierdelivery d
            WHERE d.case_id = (SELECT e.id FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                               WHERE k.same_as = p.same_as AND e.id < c.id ORDER BY e.id DESC LIMIT 1)
              AND d.ended_at IS NULL ORDER BY d.of, d.source_team_id IS NOT NULL, d.delivered_on) d), '{}'),
        'taken_over', EXISTS (SELECT FROM casework_historicalcase h WHERE h.id = c.id AND h.history_change_reason = 'T17'),
        'newer_case', EXISTS (SELECT FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                              WHERE k.same_as = p.same_as AND e.id > c.id),
        'newer_open_case', EXISTS (SELECT FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                                   WHERE k.same_as = p.same_as AND e.id > c.id
                                     AND e.state NOT IN ('not_admitted', 'exited', 'in_aftercare', 'archived')),
        'agenda', (SELECT min(m.on) FROM casework_agendaitem a JOIN casework_meeting m ON m.id = a.meeting_id
                   WHERE a.case_id = c.id AND a.ended_at IS NULL AND a.discussed_at IS NULL
                     AND m.closed_at IS NULL AND m.cancelled_on IS NULL
                     AND (m.on >= access_today() OR m.opened_at IS NOT NULL)),  -- one that was not held hides nothing
        'discussed', (SELECT max(a.happened_on) FROM casework_agendaitem a
                      WHERE a.case_id = c.id AND a.ended_at IS NULL AND a.discussed_at IS NOT NULL),
        'decisions', coalesce((SELECT jsonb_agg(jsonb_build_object('key', k.id, 'kind', k.kind, 'on', k.decided_on,
                                   'scenario', k.scenario, 'review', k.review_on) ORDER BY k.decided_on, k.id)
                               FROM casework_conferencedecision k WHERE k.case_id = c.id AND k.ended_at IS NULL), '[]'),
        'formal', coalesce((SELECT jsonb_agg(jsonb_build_object('key', k.id, 'kind', k.kind, 'on', k.decided_on,
                                'effective', k.effective_on, 'until', k.until, 'objection_until', k.objection_until,
                                'annulled', k.annulled_on IS NOT NULL, 'rests', k.conference_decision_id) ORDER BY k.decided_on, k.id)
                            FROM casework_formaldecision k WHERE k.case_id = c.id AND k.ended_at IS NULL), '[]'),
        'upheld', (SELECT max(x.on) FROM (
            SELECT o.result_on AS on FROM casework_procedure o WHERE o.case_id = c.id AND o.ended_at IS NULL
                AND o.kind = 'objection_lvv_decision' AND o.result = 'upheld'
            UNION ALL
            SELECT s.happened_on FROM casework_procedurestep s JOIN casework_procedure o ON o.id = s.procedure_id
                WHERE s.case_id = c.id AND s.ended_at IS NULL AND o.ended_at IS NULL AND s.stage <> 'interim_relief'
                  AND o.kind = 'objection_lvv_decision' AND s.result = 'upheld') x),
        -- Pending is the objection itself, or an appeal after it on which no stage and no result has followed.
        'objection_pending', EXISTS (SELECT FROM casework_procedure o WHERE o.case_id = c.id AND o.ended_at IS NULL
            AND o.kind = 'objection_lvv_decision' AND (o.result = 'pending' OR EXISTS (
                SELECT FROM casework_procedurestep s WHERE s.procedure_id = o.id AND s.ended_at IS NULL
                    AND s.stage IN ('appeal', 'higher_appeal', 'echr') AND s.result IN ('', 'pending')
                    AND s.happened_on >= o.result_on AND NOT EXISTS (
                        SELECT FROM casework_procedurestep later WHERE later.procedure_id = o.id AND later.ended_at IS NULL
                            AND later.stage IN ('appeal', 'higher_appeal', 'echr')
                            AND (later.happened_on, later.id) > (s.happened_on, s.id))))),
        -- The last word on each objection, if it went against her and may be appealed against.
        'ruled', (SELECT max(y.on) FROM (SELECT DISTINCT ON (x.procedure) x.* FROM (
            SELECT o.id AS procedure, o.result_on AS on, 'objection' AS stage, o.result FROM casework_procedure o WHERE o.case_id = c.id
                AND o.ended_at IS NULL AND o.kind = 'objection_lvv_decision' AND o.result <> 'pending'
            UNION ALL
            SELECT o.id, s.happened_on, s.stage, s.result FROM casework_procedurestep s JOIN casework_procedure o ON o.id = s.procedure_id
                WHERE s.case_id = c.id AND s.ended_at IS NULL AND o.ended_at IS NULL AND o.kind = 'objection_lvv_decision'
                  AND s.stage IN ('appeal', 'higher_appeal', 'echr') AND s.result NOT IN ('', 'pending')) x
            ORDER BY x.procedure, x.on DESC, array_position(ARRAY['objection', 'appeal', 'higher_appeal', 'echr'], x.stage::text) DESC) y
            WHERE y.stage IN ('objection', 'appeal') AND y.result NOT IN ('upheld', 'granted', 'withdrawn', 'discontinued')),
        'repeat_ended', (SELECT max(o.result_on) FROM casework_procedure o WHERE o.case_id = c.id AND o.ended_at IS NULL
            AND o.kind = 'repeat_asylum' AND o.result NOT IN ('pending', 'granted', 'upheld')
            AND NOT EXISTS (SELECT FROM casework_procedure later WHERE later.case_id = c.id AND later.ended_at IS NULL
                            AND later.kind = 'repeat_asylum' AND later.result IN ('pending', 'granted', 'upheld'))),
        'scenario', (SELECT jsonb_build_object('scenario', s.scenario, 'since', s.since) FROM casework_scenario s
                     WHERE s.case_id = c.id AND s.ended_at IS NULL AND s.until IS NULL LIMIT 1),
        'actions', (SELECT count(*) FROM casework_action a WHERE a.case_id = c.id AND a.ended_at IS NULL AND a.answer <> 'declined'
                      AND NOT a.by_person),
        'stay_since', (SELECT min(s.since) FROM casework_stay s WHERE s.case_id = c.id AND s.ended_at IS NULL AND s.until IS NULL),
        'stay_until', (SELECT max(s.until) FROM casework_stay s WHERE s.case_id = c.id AND s.ended_at IS NULL),
        'left', (SELECT jsonb_build_object('on', x.exited_on, 'reason', x.reason, 'outcome', x.outcome,
                     'belongs_to', k.belongs_to, 'state_before', x.state_before, 'confirmed', x.confirmed_on IS NOT NULL,
                     'explained', x.explanation <> '', 'unconfirmed_because', x.unconfirmed_because)
                 FROM casework_exit x LEFT JOIN casework_outcomeclass k ON k.id = x.classed_id
                 WHERE x.case_id = c.id AND x.ended_at IS NULL AND x.undone_on IS NULL LIMIT 1),
        'claim', (SELECT f.result FROM casework_confirmation f JOIN casework_exit x ON x.id = f.exit_id
                  WHERE f.case_id = c.id AND f.ended_at IS NULL AND x.ended_at IS NULL AND x.undone_on IS NULL
                  ORDER BY f.source_team_id IS NULL DESC, f.said_on DESC, f.id DESC LIMIT 1),
        'checks', coalesce((SELECT jsonb_object_agg(k.months, k.result) FROM casework_followupcheck k
                            JOIN casework_exit x ON x.id = k.exit_id
                            WHERE k.case_id = c.id AND k.ended_at IS NULL AND x.ended_at IS NULL AND x.undone_on IS NULL), '{}'),
        'checked', (SELECT max(k.checked_on) FROM casework_followupcheck k JOIN casework_exit x ON x.id = k.exit_id
                    WHERE k.case_id = c.id AND k.ended_at IS NULL AND x.ended_at IS NULL AND x.undone_on IS NULL),
        'open_tasks', (SELECT count(*) FROM casework_task t WHERE t.case_id = c.id AND t.ended_at IS NULL AND t.answer = ''
                         AND t.to_team_id = ANY (c.team_ids)),  -- who left the case answers no more
        'transfer', (SELECT jsonb_build_object('on', (t.answered_at AT TIME ZONE 'Europe/Amsterdam')::date, 'handed_over', t.handed_over_on IS NOT NULL)
                     FROM casework_transfer t WHERE t.case_id = c.id AND t.taken_back_at IS NULL AND t.answer = 'accepted'
                       AND (t.handed_over_on IS NOT NULL OR transfer_is_open(t.to_pilot_id)) ORDER BY t.id DESC LIMIT 1),
        'escalated_until', (SELECT max(e.answer_due_on) FROM casework_escalation e
                            WHERE e.case_id = c.id AND e.ended_at IS NULL AND e.adopted IS NULL),
        'advised', (SELECT min(e.advised_on) FROM casework_escalation e
                    WHERE e.case_id = c.id AND e.ended_at IS NULL AND e.adopted IS NULL AND e.level = 'mrt'))
    FROM casework_case c
    JOIN casework_person p ON p.id = c.person_id
    LEFT JOIN LATERAL (
        SELECT i.begun_on, i.completed_on, cardinality(l.criteria) - jsonb_array_length(i.results) AS missing
        FROM casework_intake i LEFT JOIN casework_criterialist l ON l.id = i.criteria_id
        WHERE i.case_id = c.id AND i.ended_at IS NULL LIMIT 1) i ON true
    WHERE c.id = ANY (cases);
END
$$;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO lvv_app, lvv_jobs;
