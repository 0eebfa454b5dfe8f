/* The engine registers this one
   under its name in config.yml. FROM nowhere /* nested */ */
WITH paid AS (
  SELECT order_id, sum(amount) AS paid FROM payments GROUP BY order_id
)
SELECT o.*, p.paid, 'it''s FROM text' AS note, r'raw \' AS raw_text
FROM silver.orders AS o
  LEFT JOIN paid p ON p.order_id = o.id
  CROSS JOIN `Settings`
WHERE o.day >= date'2026-01-01' -- AND EXISTS (SELECT 1 FROM hidden)
ORDER BY o.day
