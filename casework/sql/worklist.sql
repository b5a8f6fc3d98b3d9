-- What waits for a worker, in one statement, under her policies.

-- Asked of my teams and not answered, claims my teams are competent to answer (`outcomes`), and terms of cases that I
-- manage, or that wait for me as coordinator. The soonest first: so many of those with a day, and so many of the kinds that
-- are `untimed`; of one kind only, unless that is empty. In plpgsql, so that its plan is kept.
CREATE FUNCTION tasks_waiting(outcomes text[], until_day date, most integer, untimed text[], one_kind text)
    RETURNS TABLE (kind text, reference uuid, case_id bigint, what text, due_on date, asked_by integer)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
#variable_conflict use_column
DECLARE
    mine integer[] := access_teams('teams');
    pilots integer[] := access_teams('coordinates');
    me integer := access_user();
    -- What was put off, as long as its day is what it was then.
    later text[] := ARRAY(SELECT z.kind || ':' || z.reference || ':' || z.due_on FROM casework_snooze z
                          WHERE z.user_id = me AND z.until > access_today());
    wanted integer := most;
BEGIN
    most := most + cardinality(later);
    RETURN QUERY SELECT y.kind, y.reference, y.case_id, y.what, y.due, y.asked_by FROM (
    SELECT x.*, row_number() OVER (PARTITION BY x.kind = ANY (untimed) ORDER BY x.due, x.reference) AS n FROM (
        (SELECT 'correction'::text AS kind, r.reference, r.case_id, ''::text AS what, (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date AS due, r.author_team_id AS asked_by FROM casework_correctionrequest r
            WHERE r.to_team_id = ANY (mine) AND r.answer = '' AND r.ended_at IS NULL ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'hand_over', r.reference, r.case_id, '', (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date, r.author_team_id FROM casework_receptionhandover r
            WHERE r.to_team_id = ANY (mine) AND r.answer = '' AND r.ended_at IS NULL ORDER BY 5 LIMIT most)
        UNION ALL
        -- Team by team, in the order of the index: a team may have some ten thousand open ones.
        (SELECT 'action', a.* FROM unnest(mine) m (team) CROSS JOIN LATERAL (
            SELECT r.reference, r.case_id, r.what::text, r.due_on, r.author_team_id FROM casework_action r
            WHERE r.to_team_id = m.team AND r.answer = '' AND r.ended_at IS NULL ORDER BY r.due_on LIMIT most) a
            ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'task', r.reference, r.case_id, r.what::text, r.due_on, r.author_team_id FROM casework_task r
            WHERE r.to_team_id = ANY (mine) AND r.answer = '' AND r.ended_at IS NULL
              -- What a colleague took on waits for her, as long as she works there.
              AND (r.worker_id IS NULL OR r.worker_id = me
                   OR NOT EXISTS (SELECT FROM partners_membership b WHERE b.user_id = r.worker_id AND b.team_id = r.to_team_id
                                  AND in_force(b.since, b.until)))
            ORDER BY 5 LIMIT most)
        UNION ALL
        -- Somebody who is away longer than the pilot's return term: did she come back, or has she left?
        (SELECT 'away', a.reference, a.case_id, '', a.since + l.return_term_days::int, NULL::integer FROM casework_absence a
            JOIN casework_case c ON c.id = a.case_id JOIN partners_pilot l ON l.id = c.pilot_id
            WHERE a.until IS NULL AND a.ended_at IS NULL AND a.since + l.return_term_days::int <= access_today()
              AND c.left_on IS NULL
              AND (c.case_manager_id = me AND c.lead_team_id = ANY (mine) OR c.case_manager_id IS NULL AND c.pilot_id = ANY (pilots))
            ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'dossier_request', r.reference, r.case_id, '', r.requested_on, r.author_team_id FROM casework_dossierrequest r
            WHERE r.to_team_id = ANY (mine) AND r.ended_at IS NULL AND r.open ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'position', r.reference, r.case_id, r.question::text, r.happened_on, r.author_team_id FROM casework_agendaitem r
            WHERE r.discussed_at IS NULL AND r.ended_at IS NULL AND r.happened_on >= access_today()
              AND NOT EXISTS (SELECT FROM casework_case c WHERE c.id = r.case_id AND c.read_only_from IS NOT NULL)
              AND access_both(r.shared_team_ids, access_teams('write_conference')) && r.team_ids AND r.author_team_id <> ALL (mine)
              AND NOT EXISTS (SELECT FROM casework_position p WHERE p.item_id = r.id AND p.ended_at IS NULL
                              AND coalesce(p.source_team_id, p.author_team_id) = ANY (mine)) ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'claim', r.reference, r.case_id, r.outcome::text, r.confirmed_on, r.author_team_id FROM casework_exit r
            WHERE r.claim_open AND r.ended_at IS NULL AND r.undone_on IS NULL AND r.outcome = ANY (outcomes)
              AND r.author_team_id <> ALL (mine) ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'exit', r.reference, r.case_id, '', (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date, r.author_team_id FROM casework_exit r
            JOIN casework_case c ON c.id = r.case_id AND c.pilot_id = ANY (pilots)
            WHERE r.confirmed_on IS NULL AND r.ended_at IS NULL AND is_counterpart(r.author_id, me) ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'minutes', m.reference, NULL::bigint, m.on::text, m.minutes_due_on, NULL::integer FROM casework_meetingteam r
            JOIN casework_meeting m ON m.id = r.meeting_id
            WHERE r.team_id = ANY (mine) AND m.minutes_sent_on IS NOT NULL AND m.minutes_due_on >= access_today()
              -- Not answered, or answered before the attendance or one of the summaries she reads was corrected.
              AND (r.answer = '' OR m.attendance_corrected_on >= r.answered_on
                      AND (SELECT min(h.history_date) FROM casework_historicalmeeting h WHERE h.id = m.id
                               AND h.attendance_corrected_on = m.attendance_corrected_on
                               AND h.attendance_corrected_because = m.attendance_corrected_because)
                          > (SELECT max(h.history_date) FROM casework_historicalmeetingteam h WHERE h.id = r.id) OR EXISTS (
                  SELECT FROM casework_agendaitem a WHERE a.meeting_id = m.id AND a.ended_at IS NULL
                      AND a.corrected_on >= r.answered_on
                      AND (SELECT min(h.history_date) FROM casework_historicalagendaitem h
                           WHERE h.id = a.id AND h.corrected_on = a.corrected_on AND h.summary = a.summary)
                          > (SELECT max(h.history_date) FROM casework_historicalmeetingteam h WHERE h.id = r.id)))
              AND m.pilot_id <> ALL (pilots) ORDER BY 5 LIMIT most)
        UNION ALL
        -- A meeting whose day passed: held and not closed, or not called off; and minutes that were not sent.
        (SELECT CASE WHEN m.closed_at IS NULL THEN 'meeting' ELSE 'unsent' END, m.reference, NULL::bigint, m.on::text, m.on, NULL::integer FROM casework_meeting m
            WHERE m.pilot_id = ANY (pilots) AND m.cancelled_on IS NULL AND m.on < access_today()
              AND (m.closed_at IS NULL OR m.minutes_sent_on IS NULL) ORDER BY 5 LIMIT most)
        UNION ALL
        -- A case goes to another pilot: what my team wrote waits for its word; and what came of my offer, for two weeks.
        (SELECT 'guidance', r.reference, r.case_id, '', r.wanted_on, NULL::integer FROM casework_transfer r
            CROSS JOIN LATERAL (  -- from the few transfers to their cases: the other way every case that is seen is read
                SELECT c.id FROM casework_case c WHERE c.id = r.case_id AND c.team_ids && access_teams('write_guidance') OFFSET 0) c
            WHERE r.answer <> 'declined' AND r.taken_back_at IS NULL AND r.handed_over_on IS NULL
              AND NOT EXISTS (SELECT FROM casework_guidanceticked g WHERE g.transfer_id = r.id AND g.team_id = ANY (mine))
              AND (EXISTS (SELECT FROM casework_contact g WHERE g.case_id = c.id AND g.ended_at IS NULL
                           AND g.category = 'guidance' AND g.source_team_id IS NULL AND g.author_team_id = ANY (mine))
                   OR EXISTS (SELECT FROM casework_note g WHERE g.case_id = c.id AND g.ended_at IS NULL
                              AND g.category = 'guidance' AND g.source_team_id IS NULL AND g.author_team_id = ANY (mine))
                   OR EXISTS (SELECT FROM casework_goal g WHERE g.case_id = c.id AND g.ended_at IS NULL
                              AND g.source_team_id IS NULL AND g.author_team_id = ANY (mine))
                   OR EXISTS (SELECT FROM casework_reachability g WHERE g.case_id = c.id AND g.ended_at IS NULL
                              AND g.source_team_id IS NULL AND g.author_team_id = ANY (mine)))
            ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'declined', r.reference, r.case_id, '', (r.answered_at AT TIME ZONE 'Europe/Amsterdam')::date, NULL::integer
            FROM casework_transfer r
            WHERE r.offered_by_id = me AND r.answer = 'declined' AND r.answered_at > now() - interval '14 days'
              AND NOT EXISTS (SELECT FROM casework_transfer later WHERE later.case_id = r.case_id AND later.id > r.id)
            ORDER BY 5 LIMIT most)
        UNION ALL
        (SELECT 'term', c.reference, c.id, '', g.deadline_on, NULL::integer FROM casework_case c JOIN casework_progress g ON g.case_id = c.id
            WHERE g.deadline_on <= until_day AND c.case_manager_id = me AND c.lead_team_id = ANY (mine)
            ORDER BY 5 LIMIT most)
        UNION ALL
        -- Or it is the coordinator's turn, also where another team leads; or nobody manages the case any more. Asked apart,
        -- and pilot by pilot: one condition with "or" reads every case that is seen.
        (SELECT 'term', c.reference, c.id, '', g.deadline_on, NULL::integer FROM unnest(pilots) p (id) JOIN casework_progress g ON g.pilot_id = p.id
            JOIN casework_case c ON c.id = g.case_id
            WHERE g.deadline_on <= until_day
              AND NOT (c.lead_team_id = ANY (mine) AND c.case_manager_id IS NOT DISTINCT FROM me)
                      AND (g.state IN ('rest_period', 'in_conference', 'not_admitted')
                           OR g.state = 'admitted' AND NOT EXISTS (  -- the conference sets it
                               SELECT FROM casework_scenario s WHERE s.case_id = c.id AND s.until IS NULL AND s.ended_at IS NULL)
                           OR g.state IN ('registered', 'intake', 'awaiting_dossiers') AND EXISTS (
                               SELECT FROM partners_pilot l WHERE l.id = c.pilot_id AND (l.early_admission OR l.municipal_mode))
                           OR EXISTS (SELECT FROM casework_escalation e
                                      WHERE e.case_id = c.id AND e.ended_at IS NULL AND e.adopted IS NULL)
                           OR NOT EXISTS (SELECT FROM partners_membership b
                                          WHERE b.user_id = c.case_manager_id AND b.team_id = c.lead_team_id
                                            AND in_force(b.since, b.until)))
            ORDER BY 5 LIMIT most)
    ) x WHERE x.kind || ':' || x.reference || ':' || x.due <> ALL (later) AND (one_kind = '' OR x.kind = one_kind)
    ) y WHERE y.n <= wanted ORDER BY y.due, y.reference;
END
$$;

-- What my teams asked of another team that has not answered yet: in cases that I manage, or asked by me. The longest silent
-- first.
CREATE FUNCTION tasks_elsewhere(most integer)
    RETURNS TABLE (kind text, reference uuid, case_id bigint, what text, asked integer, since date)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS
$$
DECLARE
    mine integer[] := access_teams('teams');
    me integer := access_user();
    cases bigint[] := ARRAY(SELECT c.id FROM casework_case c
                            WHERE c.case_manager_id = me AND c.lead_team_id = ANY (mine) AND c.left_on IS NULL);
BEGIN
    RETURN QUERY SELECT x.* FROM (
        SELECT 'action'::text, r.reference, r.case_id, r.what::text, r.to_team_id,
               (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date FROM casework_action r
            WHERE (r.case_id = ANY (cases) OR r.author_id = me) AND r.author_team_id = ANY (mine) AND r.to_team_id <> ALL (mine)
              AND r.answer = '' AND r.ended_at IS NULL
        UNION ALL
        SELECT 'task', r.reference, r.case_id, r.what::text, r.to_team_id,
               (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date FROM casework_task r
            WHERE (r.case_id = ANY (cases) OR r.author_id = me) AND r.author_team_id = ANY (mine) AND r.to_team_id <> ALL (mine)
              AND r.answer = '' AND r.ended_at IS NULL
        UNION ALL
        SELECT 'correction', r.reference, r.case_id, '', r.to_team_id,
               (r.recorded_at AT TIME ZONE 'Europe/Amsterdam')::date FROM casework_correctionrequest r
            WHERE (r.case_id = ANY (cases) OR r.author_id = me) AND r.author_team_id = ANY (mine) AND r.to_team_id <> ALL (mine)
              AND r.answer = '' AND r.ended_at IS NULL
        UNION ALL
        SELECT 'dossier_request', r.reference, r.case_id, r.of::text, r.to_team_id, r.requested_on FROM casework_dossierrequest r
            WHERE (r.case_id = ANY (cases) OR r.author_id = me) AND r.author_team_id = ANY (mine) AND r.to_team_id <> ALL (mine)
              AND r.ended_at IS NULL AND r.open
    ) x ORDER BY 6, 2 LIMIT most;
END
$$;

GRANT EXECUTE ON FUNCTION tasks_waiting, tasks_elsewhere TO lvv_app;

-- One's own, whoever one is.
CREATE POLICY snooze_own ON casework_snooze FOR ALL TO lvv_app USING (user_id = access_user());

GRANT SELECT, INSERT, UPDATE, DELETE ON casework_snooze TO lvv_app;
