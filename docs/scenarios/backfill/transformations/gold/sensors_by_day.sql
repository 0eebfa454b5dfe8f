-- Lowest, mean and highest of each sensor and day.
SELECT
  sensor,
  CAST(measured_at AS DATE) AS day,
  MIN(celsius) AS lowest,
  AVG(celsius) AS mean,
  MAX(celsius) AS highest
FROM sensors_silver
GROUP BY sensor, CAST(measured_at AS DATE)
