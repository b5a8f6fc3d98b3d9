-- Which mandate a decision was taken under, everybody may know.
GRANT SELECT, INSERT, UPDATE ON governance_mandatedecision TO lvv_app;

GRANT SELECT, INSERT ON governance_historicalmandatedecision TO lvv_app;

GRANT SELECT, INSERT ON governance_mandatedecision_pilots TO lvv_app;
