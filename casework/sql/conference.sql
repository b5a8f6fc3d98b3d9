-- Conferences: when they meet, which teams come, and what shows to who only attends.

-- Of a meeting that was recorded afterwards a team that only attends reads when it was there, and another party than the
-- municipality, which recorded it, agreed with the minutes that say so: after the day on which that was corrected, if it was.
CREATE FUNCTION conference_is_attended(meeting bigint, here integer[]) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT coalesce(bool_or(NOT m.afterwards OR EXISTS (
        SELECT FROM casework_meetingteam t WHERE t.meeting_id = m.id AND t.team_id = ANY (here) AND t.present)
      AND EXISTS (
        SELECT FROM casework_meetingteam y JOIN partners_team w ON w.id = y.team_id JOIN partners_pilot l ON l.id = m.pilot_id
        WHERE y.meeting_id = m.id AND y.answer = 'agreed' AND y.answered_on > coalesce(m.attendance_corrected_on, '-infinity')
          AND w.organisation_id <> l.municipality_id AND y.team_id <> ALL (here))), false)
    FROM casework_meeting m WHERE m.id = meeting
$$;

-- An item shows to the teams it is for; what a team brings to it, to whoever the item shows to. Who only attends the
-- conference (the aliens police) reads by this what the others read by the matrix, and nothing else of it.
CREATE POLICY item_attended ON casework_agendaitem FOR SELECT TO lvv_app
    USING (shared_team_ids && access_teams('attend_conference')
           AND access_both(team_ids, shared_team_ids) && access_teams('attend_conference')
           AND conference_is_attended(meeting_id, access_both(access_both(team_ids, shared_team_ids), access_teams('attend_conference'))));

-- A guest or an adviser is at the table of this case, whichever teams are.
CREATE POLICY item_of_guest ON casework_agendaitem FOR SELECT TO lvv_app USING (case_id = ANY (access_granted('conference')));

CREATE POLICY position_attended ON casework_position FOR SELECT TO lvv_app
    USING (team_ids && access_teams('attend_conference')
           AND EXISTS (SELECT FROM casework_agendaitem i WHERE i.id = item_id));

CREATE POLICY decision_attended ON casework_conferencedecision FOR SELECT TO lvv_app
    USING (team_ids && access_teams('attend_conference')
           AND EXISTS (SELECT FROM casework_agendaitem i WHERE i.id = item_id AND i.case_id = casework_conferencedecision.case_id));

-- R7: which of the cases she sees were discussed, whichever item it was: that a conference spoke of her, and nothing else.
CREATE FUNCTION conference_discussed() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT DISTINCT a.case_id FROM casework_agendaitem a JOIN casework_case c ON c.id = a.case_id
    WHERE a.ended_at IS NULL AND a.discussed_at IS NOT NULL AND c.team_ids && access_teams('read_conference')
$$;

CREATE POLICY meeting_read ON casework_meeting FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM partners_team t WHERE t.pilot_id = casework_meeting.pilot_id
                   AND t.id = ANY (access_teams('read_conference') || access_teams('attend_conference')))
           OR EXISTS (SELECT FROM casework_agendaitem i WHERE i.meeting_id = casework_meeting.id
                      AND i.case_id = ANY (access_granted('conference'))));

CREATE POLICY meeting_add ON casework_meeting FOR INSERT TO lvv_app WITH CHECK (pilot_id = ANY (access_teams('coordinates')));

CREATE POLICY meeting_change ON casework_meeting FOR UPDATE TO lvv_app USING (pilot_id = ANY (access_teams('coordinates')));

GRANT SELECT, INSERT, UPDATE ON casework_meeting TO lvv_app;

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

CREATE POLICY meeting_guest_read ON casework_meetingguest FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id));

CREATE POLICY meeting_guest_add ON casework_meetingguest FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (SELECT FROM casework_meeting m WHERE m.id = meeting_id AND m.pilot_id = ANY (access_teams('coordinates'))));

GRANT SELECT, INSERT ON casework_meetingguest TO lvv_app;

SELECT access_wall_around_history('casework_meeting', 'casework_historicalmeeting'),
       access_wall_around_history('casework_meetingteam', 'casework_historicalmeetingteam'),
       access_wall_around_history('casework_meetingguest', 'casework_historicalmeetingguest');

GRANT EXECUTE ON FUNCTION conference_discussed, conference_is_attended TO lvv_app;

-- How many items a meeting has, also those of cases in which the chair takes no part any more.
CREATE FUNCTION conference_items(which bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT count(*) FROM casework_agendaitem a JOIN casework_meeting m ON m.id = a.meeting_id
    WHERE m.id = which AND a.ended_at IS NULL AND m.pilot_id = ANY (access_teams('coordinates'))
$$;

GRANT EXECUTE ON FUNCTION conference_items TO lvv_app;
