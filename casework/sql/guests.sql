-- Guests of a conference: they read its cases on the day of the meeting, until it is closed.

-- `who` may be nobody: then it is answered that this account cannot read along, and not why. Whether
-- there is such an account is answered to the coordinator alone.
CREATE FUNCTION conference_admit(which bigint, account text, why text) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    who integer;
    meets record;
    one bigint;
BEGIN
    SELECT m.* INTO meets FROM casework_meeting m
        WHERE m.id = which AND m.pilot_id = ANY (access_teams('coordinates')) AND m.closed_at IS NULL
          AND m.cancelled_on IS NULL AND m.on >= access_today();
    SELECT u.id INTO who FROM partners_user u WHERE u.username = account AND access_grantable(u.id);
    IF meets.id IS NULL OR who IS NULL THEN
        RETURN NULL;
    END IF;
    FOR one IN SELECT a.case_id FROM casework_agendaitem a
               WHERE a.meeting_id = which AND a.ended_at IS NULL ORDER BY a.case_id LOOP
        PERFORM access_grant(one, who, ARRAY['conference', 'identity'], meets.on, meets.on + 1, 'meeting', why);
    END LOOP;
    RETURN who;
END
$$;

-- Grants of this guest, for cases on the agenda of a meeting, that no meeting still to end has on its
-- agenda with her as guest.
CREATE FUNCTION conference_spent_grants(which bigint, guests integer[]) RETURNS bigint[] LANGUAGE sql STABLE AS
$$
    SELECT coalesce(array_agg(g.id), '{}') FROM casework_caseuserobjectpermission g
    WHERE g.kind = 'meeting' AND g.until > access_today() AND g.user_id = ANY (guests)
      AND g.content_object_id IN (SELECT a.case_id FROM casework_agendaitem a WHERE a.meeting_id = which)
      AND NOT EXISTS (SELECT FROM casework_meetingguest x JOIN casework_meeting o ON o.id = x.meeting_id
                      JOIN casework_agendaitem a ON a.meeting_id = o.id
                      WHERE x.user_id = g.user_id AND o.closed_at IS NULL AND o.cancelled_on IS NULL
                        AND a.case_id = g.content_object_id AND a.ended_at IS NULL)
$$;

CREATE FUNCTION conference_guests_leave(which bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
    SELECT access_end_grants(conference_spent_grants(which, ARRAY(
        SELECT x.user_id FROM casework_meetingguest x WHERE x.meeting_id = which AND x.user_id IS NOT NULL)), 'meeting')
    FROM casework_meeting m WHERE m.id = which AND m.pilot_id = ANY (access_teams('coordinates'))
$$;

-- One guest who was let in by mistake, or does not come after all: her name stays, what she could read
-- does not.
CREATE FUNCTION conference_dismiss(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS
$$
DECLARE
    guest record;
BEGIN
    SELECT x.id, x.meeting_id, x.user_id INTO guest FROM casework_meetingguest x JOIN casework_meeting m ON m.id = x.meeting_id
        WHERE x.id = which AND x.user_id IS NOT NULL AND m.pilot_id = ANY (access_teams('coordinates'));
    IF guest.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE casework_meetingguest SET user_id = NULL WHERE id = which;
    PERFORM access_history('casework_meetingguest', ARRAY[which], '~', 'dismissed');
    PERFORM access_end_grants(conference_spent_grants(guest.meeting_id, ARRAY[guest.user_id]), 'meeting');
END
$$;

GRANT EXECUTE ON FUNCTION conference_admit, conference_dismiss, conference_guests_leave TO lvv_app;
