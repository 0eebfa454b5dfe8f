-- Parcels, one row each, as of their latest report.
SELECT
  parcel,
  MAX_BY(status, reported_at) AS status,
  MAX(reported_at) AS reported_at
FROM parcels_bronze
GROUP BY parcel
