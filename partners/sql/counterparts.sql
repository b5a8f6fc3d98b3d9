-- Acts of two people: somebody and her counterpart.

-- Whoever made, invited or reset an account within thirty days may still have it in her hands.
CREATE FUNCTION is_counterpart(one integer, other integer) RETURNS boolean LANGUAGE sql STABLE AS
$$
    SELECT coalesce(one <> other, false) AND NOT EXISTS (
        SELECT FROM (
            SELECT u.id AS account, u.made_by_id AS by, u.date_joined AS at FROM partners_user u
            UNION ALL
            SELECT i.user_id, i.issued_by_id, i.issued_at FROM partners_invitation i
            UNION ALL
            SELECT r.user_id, r.requested_by_id, r.requested_at FROM partners_factorreset r
            UNION ALL
            SELECT r.user_id, r.confirmed_by_id, r.confirmed_at FROM partners_factorreset r) x
        WHERE (x.account, x.by) IN ((one, other), (other, one)) AND (x.at AT TIME ZONE 'Europe/Amsterdam')::date > access_today() - 30)
      -- Nor is somebody whose role, of those that take two, one administrator gave, and nobody has confirmed yet.
      AND NOT EXISTS (SELECT FROM partners_membership m WHERE m.user_id IN (one, other) AND m.given_by_id IS NOT NULL
                      AND m.confirmed_by_id IS NULL AND in_force(m.since, m.until)
                      AND m.role IN ('caseworker', 'coordinator', 'privacy_officer', 'data_protection_officer', 'functional_admin'))
$$;

GRANT EXECUTE ON FUNCTION is_counterpart TO lvv_app, lvv_jobs;
