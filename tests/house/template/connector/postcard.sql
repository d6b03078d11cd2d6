-- name: add_postcard
INSERT INTO postcard (addressee, at) VALUES ($1, $2)
ON CONFLICT (addressee) DO NOTHING;
