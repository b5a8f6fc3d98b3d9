-- Personal access to one case, for a short time: given and ended only by the acts of guests, review
-- teams and custody.

CREATE POLICY grant_read ON casework_caseuserobjectpermission FOR SELECT TO lvv_app
    USING (EXISTS (SELECT FROM casework_case c WHERE c.id = content_object_id));

GRANT SELECT ON casework_caseuserobjectpermission TO lvv_app;

-- Who can be let in: somebody who works somewhere, and nowhere for the aliens police, which attends as
-- a team, the ministry or the association of municipalities.
CREATE FUNCTION access_grantable(who integer) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT EXISTS (SELECT FROM partners_user u WHERE u.id = who AND u.is_active)
       AND EXISTS (SELECT FROM partners_membership b WHERE b.user_id = who AND in_force(b.since, b.until))
       AND NOT EXISTS (SELECT FROM partners_membership b JOIN partners_organisation o ON o.id = b.organisation_id
                       WHERE b.user_id = who AND not_over(b.until)
                         AND o.kind IN ('avim', 'ministry', 'vng'))
$$;

-- One live row for a person and a case; granting again extends it, and its history is kept. What a
-- review team reads goes before what a guest reads: the end of a meeting does not end it, nor does a
-- meeting widen it.
CREATE FUNCTION access_grant(which bigint, who integer, opens text[], begins date, ends date, sort text, why text)
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
DECLARE
    held casework_caseuserobjectpermission;
BEGIN
    -- Nobody is let into a dossier that was handed over; nor by herself, or where her own team takes part: a grant would open
    -- what the others keep from that team.
    PERFORM 1 FROM casework_case c WHERE c.id = which AND c.read_only_from IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT access_grantable(who) OR who = access_user() OR EXISTS (
        SELECT FROM partners_membership b JOIN casework_case c ON b.team_id = ANY (c.team_ids)
        WHERE c.id = which AND b.user_id = who AND in_force(b.since, b.until)) THEN
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

-- These grants end today, and one that was still to begin never does. Only of this kind, also if one became another
-- meanwhile.
CREATE FUNCTION access_end_grants(keys bigint[], sort text DEFAULT NULL, why text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS
$$
DECLARE
    ended bigint[];
BEGIN
    WITH done AS (
        UPDATE casework_caseuserobjectpermission g SET since = least(g.since, access_today()), until = access_today()
        WHERE g.id = ANY (keys) AND g.until > access_today() AND (sort IS NULL OR g.kind = sort) RETURNING g.id)
    SELECT array_agg(id) INTO ended FROM done;
    PERFORM access_history('casework_caseuserobjectpermission', ended, '~', why);
END
$$;

GRANT EXECUTE ON FUNCTION access_grantable TO lvv_app;
