-- The facts of a case, for the guards of its journey.

-- What the guards of the journey ask, in one row a case, under the policies of whoever asks. In plpgsql, so that its
-- plan is kept.
CREATE FUNCTION journey_facts(cases bigint[]) RETURNS TABLE (case_id bigint, facts jsonb)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT c.id, jsonb_build_object(
        'informed', EXISTS (SELECT FROM casework_briefing b WHERE b.case_id = c.id AND b.ended_at IS NULL),
        'intake_begun', i.begun_on, 'intake_done', i.completed_on, 'criteria_missing', i.missing,
        'requested', coalesce((SELECT jsonb_object_agg(q.of, q.requested_on) FROM casework_dossierrequest q
                               WHERE q.case_id = c.id AND q.ended_at IS NULL), '{}'),
        'dossiers', coalesce((SELECT jsonb_object_agg(d.of, d.delivered_on) FROM (
            -- A service's own word before what was recorded on its behalf.
            SELECT DISTINCT ON (d.of) d.of, d.delivered_on FROM casework_servicedossier d
            WHERE d.case_id = c.id AND d.ended_at IS NULL ORDER BY d.of, d.source_team_id IS NOT NULL, d.delivered_on) d), '{}'),
        'earlier_dossiers', coalesce((SELECT jsonb_object_agg(d.of, d.delivered_on) FROM (
            SELECT DISTINCT ON (d.of) d.of, d.delivered_on FROM casework_servicedossier d
            WHERE d.case_id = (SELECT e.id FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                               WHERE k.same_as = p.same_as AND e.id < c.id ORDER BY e.id DESC LIMIT 1)
              AND d.ended_at IS NULL ORDER BY d.of, d.source_team_id IS NOT NULL, d.delivered_on) d), '{}'),
        'admitted_on', (SELECT max(s.on) FROM casework_steptaken s WHERE s.case_id = c.id AND s.state = 'admitted' AND s.number IN ('T7', 'T18')),
        'guidance_from', (SELECT max(s.on) FROM casework_steptaken s
                          WHERE s.case_id = c.id AND s.state = 'in_guidance' AND s.number IN ('T10', 'T18')),
        'from_list', EXISTS (SELECT FROM casework_steptaken s WHERE s.case_id = c.id AND s.number = 'T18'),
        'taken_over', EXISTS (SELECT FROM casework_steptaken s WHERE s.case_id = c.id AND s.number = 'T17'),
        'newer_case', EXISTS (SELECT FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                              WHERE k.same_as = p.same_as AND e.id > c.id),
        'newer_open_case', EXISTS (SELECT FROM casework_case e JOIN casework_person k ON k.id = e.person_id
                                   WHERE k.same_as = p.same_as AND e.id > c.id
                                     AND access_is_open(e.id, e.left_on)),
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
                                'article', (SELECT t.article FROM legal_term_on('objection_lvv_decision', 'objection',
                                                coalesce(k.known_on, k.decided_on)) t),
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
        -- The last word on each objection, if it went against her and may be appealed against, with the law's term for that:
        -- it counts from the day it was made known (Awb 3:41, 6:8), and without that day from nothing.
        'rulings', coalesce((SELECT jsonb_agg(jsonb_build_object('on', y.on, 'remedy', y.remedy, 'known', y.known, 'term', (
            SELECT jsonb_build_object('length', t.length, 'unit', t.unit, 'article', t.article)
            FROM legal_term_on('objection_lvv_decision', y.remedy, y.known) t)) ORDER BY y.on, y.remedy) FROM (
            SELECT z.*, CASE z.stage WHEN 'objection' THEN 'appeal' ELSE 'higher_appeal' END AS remedy FROM (SELECT DISTINCT ON (x.procedure) x.* FROM (
            SELECT o.id AS procedure, o.result_on AS on, o.known_on AS known, 'objection' AS stage, o.result FROM casework_procedure o WHERE o.case_id = c.id
                AND o.ended_at IS NULL AND o.kind = 'objection_lvv_decision' AND o.result <> 'pending'
            UNION ALL
            SELECT o.id, s.happened_on, s.known_on, s.stage, s.result FROM casework_procedurestep s JOIN casework_procedure o ON o.id = s.procedure_id
                WHERE s.case_id = c.id AND s.ended_at IS NULL AND o.ended_at IS NULL AND o.kind = 'objection_lvv_decision'
                  AND s.stage IN ('appeal', 'higher_appeal', 'echr') AND s.result NOT IN ('', 'pending')) x
            ORDER BY x.procedure, x.on DESC, array_position(ARRAY['objection', 'appeal', 'higher_appeal', 'echr'], x.stage::text) DESC) z
            WHERE z.stage IN ('objection', 'appeal') AND z.result NOT IN ('upheld', 'granted', 'withdrawn', 'discontinued')) y), '[]'),
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

GRANT EXECUTE ON FUNCTION journey_facts TO lvv_app;
